//! Kinds of personal data, and the mask that is drafted for each.

use serde::Serialize;

use crate::rules::Regulation;

/// What the values of a column are, as far as detection goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Family {
    /// Texts, also as the elements of an array, and domains over them.
    #[default]
    Text,
    /// Integers.
    Integer,
    /// Numbers with a fraction.
    Number,
    /// Dates and timestamps.
    Date,
    /// inet and cidr.
    Address,
    /// macaddr and macaddr8.
    Hardware,
    /// json and jsonb.
    Json,
    /// bytea.
    Bytes,
    /// point.
    Point,
    /// boolean.
    Truth,
    /// uuid.
    Uuid,
    /// Enums, ranges, composites and all else.
    Other,
}

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Kind {
    FirstName,
    LastName,
    FullName,
    UserName,
    Email,
    Phone,
    StreetAddress,
    PostalCode,
    BirthDate,
    Card,
    Iban,
    NationalId,
    IpAddress,
    MacAddress,
    Coordinates,
    LicencePlate,
    Secret,
    PasswordHash,
    Picture,
    Health,
    Belief,
    Income,
    FreeText,
    Document,
    Company,
}

impl Kind {
    /// How a person would say it.
    pub fn wording(self) -> &'static str {
        match self {
            Kind::FirstName => "first names",
            Kind::LastName => "last names",
            Kind::FullName => "names of people",
            Kind::UserName => "user names",
            Kind::Email => "email addresses",
            Kind::Phone => "phone numbers",
            Kind::StreetAddress => "street addresses",
            Kind::PostalCode => "postal codes",
            Kind::BirthDate => "dates of birth",
            Kind::Card => "payment card numbers",
            Kind::Iban => "bank account numbers",
            Kind::NationalId => "identity numbers",
            Kind::IpAddress => "IP addresses",
            Kind::MacAddress => "hardware addresses",
            Kind::Coordinates => "coordinates",
            Kind::LicencePlate => "licence plates",
            Kind::Secret => "secrets",
            Kind::PasswordHash => "passwords",
            Kind::Picture => "pictures of people",
            Kind::Health => "health",
            Kind::Belief => "belief, origin and other special categories (GDPR Art. 9)",
            Kind::Income => "income",
            Kind::FreeText => "free text about people",
            Kind::Document => "documents with personal data inside",
            Kind::Company => "companies",
        }
    }

    /// `tags` of the drafted rule.
    pub fn tag(self) -> &'static str {
        match self {
            Kind::FirstName | Kind::LastName | Kind::FullName => "name",
            Kind::UserName => "account",
            Kind::Email | Kind::Phone => "contact",
            Kind::StreetAddress | Kind::PostalCode => "address",
            Kind::BirthDate => "birth",
            Kind::Card | Kind::Iban | Kind::Income => "financial",
            Kind::NationalId | Kind::LicencePlate => "identity",
            Kind::IpAddress | Kind::MacAddress => "online",
            Kind::Coordinates => "location",
            Kind::Secret | Kind::PasswordHash => "secrets",
            Kind::Picture => "image",
            Kind::Health | Kind::Belief => "special_category",
            Kind::FreeText | Kind::Document => "free_text",
            Kind::Company => "employment",
        }
    }

    /// The regulations that ask for it by name, as tags of the drafted rule.
    pub fn regulations(self) -> &'static [Regulation] {
        match self {
            Kind::Card => &[Regulation::Gdpr, Regulation::Hipaa, Regulation::Pci],
            Kind::Health | Kind::Belief => &[Regulation::Gdpr, Regulation::GdprSpecial],
            Kind::PasswordHash | Kind::Income => &[Regulation::Gdpr],
            Kind::Secret | Kind::Company => &[],
            Kind::FirstName
            | Kind::LastName
            | Kind::FullName
            | Kind::UserName
            | Kind::Email
            | Kind::Phone
            | Kind::StreetAddress
            | Kind::PostalCode
            | Kind::BirthDate
            | Kind::Iban
            | Kind::NationalId
            | Kind::IpAddress
            | Kind::MacAddress
            | Kind::Coordinates
            | Kind::LicencePlate
            | Kind::Picture
            | Kind::FreeText
            | Kind::Document => &[Regulation::Gdpr, Regulation::Hipaa],
        }
    }

    /// The mask that fits the kind in columns of this family, as TOML.
    pub fn mask(self, family: Family) -> &'static str {
        match (self, family) {
            (Kind::FirstName, Family::Text) => "\"first_name\"",
            (Kind::LastName, Family::Text) => "\"last_name\"",
            (Kind::FullName, Family::Text) => "\"full_name\"",
            (Kind::UserName, Family::Text) => "\"user_name\"",
            (Kind::Email, Family::Text) => "\"email\"",
            (Kind::Phone, Family::Text) => "\"phone\"",
            (Kind::StreetAddress, Family::Text) => "\"address_line\"",
            (Kind::PostalCode, Family::Text) => "\"postal_code\"",
            (Kind::Company, Family::Text) => "\"company\"",
            (Kind::Card, Family::Text) => "\"card\"",
            (Kind::Iban, Family::Text) => "\"iban\"",
            (Kind::NationalId | Kind::LicencePlate, Family::Text) => "\"shape\"",
            (Kind::PasswordHash, Family::Text) => "\"password_hash\"",
            (Kind::IpAddress, Family::Text | Family::Address) => "\"ip\"",
            (Kind::MacAddress, Family::Text | Family::Hardware) => "\"mac\"",
            (Kind::Coordinates, Family::Number | Family::Point) => "\"jitter\"",
            (Kind::BirthDate, Family::Date) => "{ kind = \"date_shift\", days = 180 }",
            (Kind::Income, Family::Integer | Family::Number) => "{ kind = \"noise\", percent = 20 }",
            (Kind::Phone | Kind::NationalId | Kind::Card | Kind::PostalCode, Family::Integer) => "\"integer\"",
            (Kind::Picture, Family::Bytes) => "\"image\"",
            (Kind::FreeText, Family::Text) => "\"free_text\"",
            _ => "\"redact\"",
        }
    }
}
