//! What a column's name says, in the languages that schemas are written in most: English, French, German, Spanish,
//! Portuguese.

use super::kind::{Family, Kind};

/// How much a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Enough only together with something else.
    Weak,
    /// Enough by itself.
    Strong,
}

use Strength::{Strong, Weak};

/// Words of one kind; each entry is a run of words in a name, joined by `_`.
struct Vocabulary {
    kind: Kind,
    strength: Strength,
    families: &'static [Family],
    words: &'static str,
}

const TEXT: &[Family] = &[Family::Text];
const TEXT_OR_NUMBER: &[Family] = &[Family::Text, Family::Integer, Family::Number];

/// The first that matches counts, so longer and surer words come first.
#[rustfmt::skip]
const VOCABULARIES: &[Vocabulary] = &[
    Vocabulary { kind: Kind::PasswordHash, strength: Strong, families: TEXT, words:
        "password passwd pwd password_hash password_digest encrypted_password hashed_password mot_de_passe passwort kennwort contrasena senha passphrase" },
    Vocabulary { kind: Kind::Secret, strength: Strong, families: &[Family::Text, Family::Bytes, Family::Json], words:
        "secret api_key apikey access_token refresh_token auth_token reset_token confirmation_token remember_token session_token id_token private_key secret_key otp totp \
         otp_secret recovery_code recovery_codes security_answer csrf pin_code cvv cvc salt password_salt credentials token session_key webhook_secret" },
    Vocabulary { kind: Kind::MacAddress, strength: Strong, families: &[Family::Text, Family::Hardware], words:
        "mac mac_address mac_addr hardware_address bssid device_mac" },
    Vocabulary { kind: Kind::IpAddress, strength: Strong, families: &[Family::Text, Family::Address], words:
        "ip ip_address ip_addr ipv4 ipv6 ip4 ip6 remote_addr remote_address client_ip last_ip sign_in_ip current_sign_in_ip last_sign_in_ip adresse_ip" },
    Vocabulary { kind: Kind::Email, strength: Strong, families: TEXT, words:
        "email e_mail mail emails email_address mail_address emailaddress courriel correo correo_electronico mailadresse email_adresse reply_to mail_to" },
    Vocabulary { kind: Kind::Phone, strength: Strong, families: TEXT_OR_NUMBER, words:
        "phone phones telephone tel mobile cell cellphone fax phone_number phonenumber mobile_number telefon telefono telefone handy rufnummer msisdn portable whatsapp gsm \
         home_phone work_phone contact_number" },
    Vocabulary { kind: Kind::BirthDate, strength: Strong, families: &[Family::Date, Family::Text], words:
        "birth_date birthdate birthday date_of_birth dob birth born_on born birth_day date_naissance naissance geburtsdatum geburtstag fecha_nacimiento fecha_de_nacimiento \
         data_nascimento data_de_nascimento" },
    Vocabulary { kind: Kind::Card, strength: Strong, families: TEXT_OR_NUMBER, words:
        "card_number credit_card creditcard credit_card_number cc_number ccnumber cardnumber pan kreditkarte tarjeta carte_bancaire" },
    Vocabulary { kind: Kind::Iban, strength: Strong, families: TEXT, words:
        "iban bank_account bank_account_number account_iban kontonummer cuenta_bancaria bban" },
    Vocabulary { kind: Kind::NationalId, strength: Strong, families: TEXT_OR_NUMBER, words:
        "ssn social_security social_security_number nino national_insurance national_insurance_number national_id national_id_number tax_id taxid tax_number tin itin passport \
         passport_number passport_no driver_license drivers_license driver_licence driving_license driving_licence licence_number nir numero_secu num_secu insee sozialversicherungsnummer steuernummer \
         steuer_id personalausweis dni nie nif cpf rg curp identity_number id_card id_card_number identification_number personal_id personnummer bsn nhs_number medicare_number vat_id \
         siret" },
    Vocabulary { kind: Kind::LicencePlate, strength: Strong, families: TEXT, words:
        "licence_plate license_plate number_plate plate_number registration_plate kennzeichen immatriculation matricula vin" },
    Vocabulary { kind: Kind::Coordinates, strength: Strong, families: &[Family::Number, Family::Text, Family::Point], words:
        "latitude longitude lat lng lon lat_lng latlng coordinates coords geolocation geo_location gps geo_point home_location last_location" },
    Vocabulary { kind: Kind::FirstName, strength: Strong, families: TEXT, words:
        "first_name firstname given_name givenname given_names forename middle_name middlename fname prenom vorname nombre_de_pila primeiro_nome first_names middle_initial" },
    Vocabulary { kind: Kind::LastName, strength: Strong, families: TEXT, words:
        "last_name lastname surname family_name familyname lname maiden_name maidenname nom_de_famille nachname familienname apellido apellidos sobrenome ultimo_nome second_name" },
    Vocabulary { kind: Kind::FullName, strength: Strong, families: TEXT, words:
        "full_name fullname person_name customer_name client_name patient_name employee_name contact_name recipient_name cardholder cardholder_name holder_name account_holder \
         display_name real_name user_full_name nom_complet nombre_completo nome_completo name_on_card billing_name shipping_name emergency_contact mother_name father_name \
         guardian_name beneficiary_name legal_name attention_to sender_name signed_by nome_cliente kundenname" },
    Vocabulary { kind: Kind::UserName, strength: Strong, families: TEXT, words:
        "username user_name login login_name nickname nick screen_name handle benutzername nom_utilisateur usuario twitter twitter_handle skype instagram github_login telegram \
         linkedin facebook slack_name" },
    Vocabulary { kind: Kind::PostalCode, strength: Strong, families: TEXT_OR_NUMBER, words:
        "postal_code postalcode postcode post_code zip zip_code zipcode code_postal plz postleitzahl codigo_postal cep zip4" },
    Vocabulary { kind: Kind::StreetAddress, strength: Strong, families: TEXT, words:
        "street street_address street_name address_line address_line1 address_line2 address1 address2 address_1 address_2 address_line_1 address_line_2 street1 street2 \
         house_number building_number adresse rue strasse hausnummer direccion calle endereco home_address billing_address shipping_address delivery_address mailing_address \
         ship_address postal_address residence address line1 line2" },
    Vocabulary { kind: Kind::Picture, strength: Strong, families: &[Family::Bytes, Family::Text], words:
        "photo photo_path photo_url avatar avatar_url portrait selfie signature profile_picture profile_photo profile_image fingerprint face_encoding passport_scan id_scan" },
    Vocabulary { kind: Kind::Health, strength: Strong, families: &[Family::Text, Family::Json, Family::Truth, Family::Other, Family::Integer, Family::Number], words:
        "diagnosis diagnoses medical_history medication allergies allergy blood_type disability health_status icd10 icd_code symptoms prescription pregnancy pregnant hiv_status \
         weight_kg body_mass_index bmi medical_record_number" },
    Vocabulary { kind: Kind::Belief, strength: Strong, families: &[Family::Text, Family::Truth, Family::Other, Family::Integer], words:
        "religion religious_belief ethnicity ethnic_origin race sexual_orientation political_party political_opinion union_member trade_union gender_identity criminal_record \
         convictions" },
    Vocabulary { kind: Kind::Income, strength: Strong, families: TEXT_OR_NUMBER, words:
        "salary income annual_income wage wages yearly_income gehalt salaire salario net_worth credit_score commission_pct monthly_salary pay_rate hourly_rate" },
    Vocabulary { kind: Kind::Company, strength: Weak, families: TEXT, words: "company company_name employer arbeitgeber entreprise empresa" },
    Vocabulary { kind: Kind::FullName, strength: Weak, families: TEXT, words: "name nom nombre nome contact author owner recipient sender guest passenger driver" },
    Vocabulary { kind: Kind::Picture, strength: Weak, families: &[Family::Bytes], words: "picture image thumbnail scan" },
    Vocabulary { kind: Kind::FreeText, strength: Weak, families: TEXT, words:
        "note notes comment comments remark remarks bio biography about message body feedback memo description_of_person cover_letter resume cv testimonial review_text complaint \
         bemerkung observaciones observacoes commentaire" },
    Vocabulary { kind: Kind::Document, strength: Weak, families: &[Family::Json], words:
        "profile personal_data contact customer user address payload raw_payload request response webhook claims identity metadata" },
];

/// Words of a table's name that say its rows are people.
const PEOPLE: &str = "customer customers client clients user users account accounts person persons people employee employees staff member members contact contacts patient patients \
    subscriber subscribers student students teacher teachers driver drivers guest guests lead leads passenger passengers author authors applicant applicants candidate \
    candidates tenant tenants visitor visitors donor donors beneficiary beneficiaries doctor doctors nurse nurses profile profiles recipient recipients kunde kunden mitarbeiter \
    utilisateur utilisateurs cliente clientes usuario usuarios empleado empleados actor actors supplier_contacts worker workers citizen citizens player players resident residents";

/// Endings of names that are about the thing, not the thing: whether an address was verified, when, how often.
const ABOUT: &[&str] = &[
    "id",
    "ids",
    "at",
    "on",
    "count",
    "verified",
    "confirmed",
    "sent",
    "status",
    "type",
    "enabled",
    "template",
    "subject",
    "format",
    "length",
    "valid",
    "version",
    "flag",
    "index",
    "opt_in",
    "optin",
    "subscribed",
    "created",
    "updated",
    "changed",
    "expires",
    "expiry",
    "attempts",
    "required",
    "domain",
    "category",
    "kind",
    "label",
    "code_length",
    "provider",
    "extension",
    "order",
    "position",
    "locale",
    "preference",
    "preferences",
    "policy",
    "reminder",
    "limit",
    "model",
    "brand",
    "color",
    "colour",
    "size",
];

/// What a name says of a column whose values are of this family.
pub fn by_name(name: &str, family: Family) -> Option<(Kind, Strength)> {
    let words = words(name);
    let joined = words.join("_");
    if ABOUT.iter().any(|about| joined.ends_with(&format!("_{about}"))) {
        return None;
    }
    VOCABULARIES
        .iter()
        .filter(|vocabulary| vocabulary.families.contains(&family))
        .find_map(|vocabulary| says(vocabulary, &joined).map(|strength| (vocabulary.kind, strength)))
}

/// What a comment says: less than a name does, for it may speak of what the column is not.
pub fn by_comment(comment: &str, family: Family) -> Option<Kind> {
    let joined = words(comment).join("_");
    VOCABULARIES
        .iter()
        .filter(|vocabulary| vocabulary.strength == Strong && vocabulary.families.contains(&family))
        .find(|vocabulary| {
            let mut entries = vocabulary.words.split_whitespace();
            entries.any(|entry| entry.len() > 3 && holds(&joined, entry))
        })
        .map(|vocabulary| vocabulary.kind)
}

/// Whether the rows of a table of this name are people.
pub fn is_of_people(table: &str) -> bool {
    let words = words(table);
    let known = |word: &String| PEOPLE.split_whitespace().any(|person| person == word);
    words.last().is_some_and(known)
}

fn says(vocabulary: &Vocabulary, joined: &str) -> Option<Strength> {
    let mut entries = vocabulary.words.split_whitespace();
    match vocabulary.strength {
        Strong => entries.any(|entry| holds(joined, entry)).then_some(Strong),
        // A weak word says something only if it is the last, as in `guest_name`, or all.
        Weak => entries
            .any(|entry| joined == entry || joined.ends_with(&format!("_{entry}")))
            .then_some(Weak),
    }
}

/// Whether words stand in a name one after the other; words of two letters and fewer only as all of it or its end.
fn holds(joined: &str, entry: &str) -> bool {
    if joined == entry || joined.ends_with(&format!("_{entry}")) {
        return true;
    }
    let is_short = entry.len() <= 3;
    !is_short && (joined.starts_with(&format!("{entry}_")) || joined.contains(&format!("_{entry}_")))
}

/// The words of a name in lower case, without accents: `firstName`, `first-name` and `FIRST_NAME` are alike.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            words.push(String::new());
            was_lower = false;
            continue;
        }
        if letter.is_uppercase() && was_lower {
            words.push(String::new());
        }
        was_lower = letter.is_lowercase() || letter.is_numeric();
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase().map(unaccented));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn unaccented(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_spellings() {
        let cases = [
            ("email", Some(Kind::Email)),
            ("contactEmail", Some(Kind::Email)),
            ("BillingEmailAddress", Some(Kind::Email)),
            ("email_verified", None),
            ("email_id", None),
            ("Prénom", Some(Kind::FirstName)),
            ("last_sign_in_ip", Some(Kind::IpAddress)),
            ("description", None),
            ("ship_city", None),
            ("tooltip", None),
            ("hotel", None),
            ("latest", None),
            ("address_id", None),
            ("ship_address", Some(Kind::StreetAddress)),
            ("fecha_nacimiento", None),
            ("password_digest", Some(Kind::PasswordHash)),
            ("shipping", None),
        ];
        for (name, expected) in cases {
            assert_eq!(
                by_name(name, Family::Text)
                    .map(|(kind, _)| kind)
                    .filter(|kind| *kind != Kind::BirthDate),
                expected,
                "{name}"
            );
        }
        assert_eq!(
            by_name("fecha_nacimiento", Family::Date),
            Some((Kind::BirthDate, Strong))
        );
        assert_eq!(by_name("company_name", Family::Text), Some((Kind::Company, Weak)));
        assert_eq!(by_name("phone", Family::Truth), None);
    }

    #[test]
    fn tables_of_people() {
        for table in ["customer", "app_users", "StaffMembers", "supplier_contacts"] {
            assert!(is_of_people(table), "{table}");
        }
        assert!(!is_of_people("customer_orders") && !is_of_people("film"));
    }
}
