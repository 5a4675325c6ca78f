//! Parts of one place that is there: its city, region, country and postal code fit each other.

use std::sync::LazyLock;

use super::Masked;
use super::build::{Build, Function, RowBound, TextMask, Unfit};
use super::contract::{Contract, Kind, TypeFamily};
use super::options::{Default, OptionKind, option};
use super::prf::{Draw, Prf};
use super::row::{Held, Reader, Row};
use super::text::TextColumn;
use crate::value::text::{end_of_characters, without_padding};
use crate::value::{Format, oid};

pub(super) static PLACE: Kind = Kind {
    contract: Contract::keyed(
        "place",
        "A part of a place that is there, drawn by all that a row says of its place: where the city, region, country and postal code of a row are masked with one `by`, they fit each other. Other tables that say the same in as many columns get the same place. Codes of countries in capital letters stay codes.",
        &[TypeFamily::Text],
        "Sasebo",
    )
    .of_row()
    .options(
        &[
            option("part", OptionKind::Choice(&["city", "region", "country", "postal_code"]), Default::Required, "what the column holds"),
            option("by", OptionKind::Columns, Default::Required, "the columns that name the place, in the same order in each rule"),
            option(
                "locale",
                OptionKind::Choice(&[MIXED, "en", "fr", "de", "es", "pt-BR", "ja"]),
                Default::Text(MIXED),
                "the language of the places; `mixed` draws from those of all whose names are in ASCII",
            ),
        ],
        "part = \"city\", by = [\"city\", \"country\"]",
    )
    .beside(&[("city", oid::TEXT, "Sasebo"), ("country", oid::TEXT, "Japan")]),
    build: |build| {
        if build.text.is_none() {
            return Err(Unfit::Type);
        }
        Function::in_row(PlaceMask::new(build)?)
    },
};

const MIXED: &str = "mixed";

struct Place {
    locale: &'static str,
    city: &'static str,
    region: &'static str,
    country: &'static str,
    /// Codes of ISO 3166-1, of two letters and of three.
    codes: [&'static str; 2],
    /// `#` stands for any digit.
    postal_code: &'static str,
}

impl Place {
    fn is_ascii(&self) -> bool {
        [self.city, self.region, self.country]
            .iter()
            .all(|name| name.is_ascii())
    }
}

static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| {
    let lines = include_str!("words/places.txt").lines();
    lines.filter_map(read).collect()
});

/// Reads a line of `locale: city; region; country; code; code; postal code`.
fn read(line: &'static str) -> Option<Place> {
    let (locale, place) = line.split_once(": ").filter(|_| !line.starts_with('#'))?;
    let parts: Vec<&str> = place.split("; ").collect();
    let [city, region, country, two, three, postal_code] = parts[..] else {
        return None;
    };
    Some(Place {
        locale,
        city,
        region,
        country,
        codes: [two, three],
        postal_code,
    })
}

#[derive(Debug, Clone, Copy)]
enum Part {
    City,
    Region,
    Country,
    PostalCode,
}

struct PlaceMask {
    prf: Prf,
    part: Part,
    by: Vec<Reader>,
    places: Vec<&'static Place>,
    column: TextColumn,
}

impl PlaceMask {
    fn new(build: &Build<'_>) -> Result<PlaceMask, Unfit> {
        let names = build.settings.texts("by");
        let by = names.iter().map(|name| {
            let reader = build.reader(name)?;
            match reader.has_text() {
                true => Ok(reader),
                false => Err(Unfit::Sibling(name.clone())),
            }
        });
        let locale = build.settings.text("locale").filter(|locale| *locale != MIXED);
        let is_drawn = |place: &&Place| locale.map_or(place.is_ascii(), |locale| place.locale == locale);
        Ok(PlaceMask {
            prf: build.prf(),
            part: match build.settings.text("part") {
                Some("city") => Part::City,
                Some("region") => Part::Region,
                Some("country") => Part::Country,
                _ => Part::PostalCode,
            },
            by: by.collect::<Result<_, _>>()?,
            places: PLACES.iter().filter(is_drawn).collect(),
            column: TextColumn::of(build.shape).ok_or(Unfit::Type)?,
        })
    }

    /// By all that the row says of its place; `None` where something of it is not known.
    fn draw(&self, row: &Row<'_>) -> Option<Draw> {
        let mut key = Vec::new();
        for reader in &self.by {
            let mut part = Vec::new();
            match reader.key(row, &mut part)? {
                Held::Null => key.push(0),
                Held::Value => {
                    key.push(1);
                    key.extend_from_slice(&(part.len() as u64).to_be_bytes());
                    key.extend_from_slice(&part);
                }
            }
        }
        Some(self.prf.draw(&key))
    }
}

impl RowBound for PlaceMask {
    fn apply(&self, type_oid: u32, _format: Format, value: &[u8], row: &Row<'_>, out: &mut Vec<u8>) -> Option<Masked> {
        let mut draw = self.draw(row)?;
        let place = *self.places.get(draw.below(self.places.len()))?;
        let part = PartOf {
            place,
            part: self.part,
            draw,
        };
        self.column.mask(&part, type_oid, value, out)?;
        Some(Masked::Value)
    }
}

/// A part of the place that was drawn.
struct PartOf {
    place: &'static Place,
    part: Part,
    draw: Draw,
}

impl TextMask for PartOf {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let [two, three] = self.place.codes;
        let is_code = value.iter().all(u8::is_ascii_uppercase);
        let word = match (self.part, is_code, value.len()) {
            (Part::City, ..) => self.place.city,
            (Part::Region, ..) => self.place.region,
            (Part::Country, true, 2) => two,
            (Part::Country, true, 3) => three,
            (Part::Country, ..) => self.place.country,
            (Part::PostalCode, ..) => self.place.postal_code,
        };
        let start = out.len();
        out.extend_from_slice(&word.as_bytes()[..end_of_characters(word.as_bytes(), limit)]);
        let end = start + without_padding(&out[start..]).len();
        out.truncate(end);
        if let Part::PostalCode = self.part {
            let mut draw = self.draw;
            for byte in out[start..].iter_mut().filter(|byte| **byte == b'#') {
                *byte = b'0' + ((draw.bits(8) * 10) >> 8) as u8;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_places() {
        for locale in super::super::locale::NAMES {
            let places = PLACES.iter().filter(|place| place.locale == locale);
            assert!(places.count() >= 18, "{locale}");
        }
        assert!(PLACES.iter().filter(|place| place.is_ascii()).count() >= 60);
        let lines = include_str!("words/places.txt").lines();
        assert_eq!(lines.filter(|line| !line.starts_with('#')).count(), PLACES.len());
        for place in PLACES.iter() {
            let [two, three] = place.codes;
            assert!(two.len() == 2 && three.len() == 3, "{}", place.city);
            assert!(place.city.len() <= 40 && place.region.len() <= 40, "{}", place.city);
            // Twelve digits are drawn from what the choice leaves of a draw.
            assert!(place.postal_code.len() <= 9 && place.postal_code.matches('#').count() <= 12);
        }
    }

    #[test]
    fn places_never_change() {
        use sha2::{Digest, Sha256};
        let hex: String = Sha256::digest(include_str!("words/places.txt"))
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex, "0def69c895897e8c0f4ab6a8ab85b603625b32939798017aff2ab95fe178d997");
    }
}
