//! Words of a fixed vocabulary: countries, job titles, browsers.

use super::build::{Function, TextMask};
use super::contract::{Contract, Kind, TypeFamily};
use super::prf::{Draw, Prf};
use super::words::pick;

const fn vocabulary(name: &'static str, summary: &'static str, example: &'static str) -> Contract {
    Contract::keyed(name, summary, &[TypeFamily::Text], example)
}

pub(super) static COUNTRY: Kind = Kind {
    contract: vocabulary(
        "country",
        "Another country: a code of two or three capitals becomes another such code (ISO 3166-1), anything else an English name.",
        "Norway",
    ),
    build: |build| Function::text(Vocabulary(build.prf(), Form::Country)),
};

pub(super) static JOB_TITLE: Kind = Kind {
    contract: vocabulary("job_title", "A job title.", "Chief Exorcist"),
    build: |build| Function::text(Vocabulary(build.prf(), Form::JobTitle)),
};

pub(super) static USER_AGENT: Kind = Kind {
    contract: vocabulary(
        "user_agent",
        "The user agent of a common browser.",
        "MaryBrowser/1.0 (Mary's phone)",
    ),
    build: |build| Function::text(Vocabulary(build.prf(), Form::UserAgent)),
};

#[derive(Debug, Clone, Copy)]
enum Form {
    Country,
    JobTitle,
    UserAgent,
}

struct Vocabulary(Prf, Form);

impl TextMask for Vocabulary {
    fn apply(&self, value: &[u8], limit: usize, out: &mut Vec<u8>) -> Option<()> {
        let start = out.len();
        let mut draw = self.0.draw(value);
        match self.1 {
            Form::Country => push_country(&mut draw, value, out),
            Form::JobTitle => {
                for (list, end) in [(LEVELS, " "), (FIELDS, " "), (ROLES, "")] {
                    out.extend_from_slice(pick(list, draw.below(list.len()), value).as_bytes());
                    out.extend_from_slice(end.as_bytes());
                }
            }
            Form::UserAgent => {
                out.extend_from_slice(USER_AGENTS[draw.below(USER_AGENTS.len())].as_bytes());
            }
        }
        // All words are ASCII: characters are bytes.
        out.truncate(out.len().min(start.saturating_add(limit)));
        while out.len() > start && out.ends_with(b" ") {
            out.pop();
        }
        Some(())
    }
}

fn push_country(draw: &mut Draw, value: &[u8], out: &mut Vec<u8>) {
    let is_code = value.iter().all(u8::is_ascii_uppercase);
    let mut index = draw.below(COUNTRIES.len());
    // Not itself, as a name or as a code.
    let is_same =
        |(name, two, three): &(&str, &str, &str)| [name, two, three].iter().any(|word| word.as_bytes() == value);
    if is_same(&COUNTRIES[index]) {
        index = (index + 1) % COUNTRIES.len();
    }
    let (name, two, three) = COUNTRIES[index];
    out.extend_from_slice(match (is_code, value.len()) {
        (true, 2) => two.as_bytes(),
        (true, 3) => three.as_bytes(),
        _ => name.as_bytes(),
    });
}

const LEVELS: &[&str] = &[
    "Junior",
    "Senior",
    "Lead",
    "Principal",
    "Associate",
    "Assistant",
    "Deputy",
    "Regional",
];
#[rustfmt::skip]
const FIELDS: &[&str] = &[
    "Accounting", "Marketing", "Sales", "Software", "Quality", "Logistics", "Procurement", "Research", "Support", "Training",
    "Operations", "Finance", "Product", "Network", "Safety", "Data",
];
#[rustfmt::skip]
const ROLES: &[&str] = &[
    "Manager", "Analyst", "Engineer", "Specialist", "Coordinator", "Consultant", "Officer", "Planner", "Administrator", "Clerk",
];

const USER_AGENTS: [&str; 10] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
];

/// Names in English and codes of ISO 3166-1.
#[rustfmt::skip]
const COUNTRIES: [(&str, &str, &str); 96] = [
    ("Albania", "AL", "ALB"), ("Algeria", "DZ", "DZA"), ("Argentina", "AR", "ARG"), ("Armenia", "AM", "ARM"),
    ("Australia", "AU", "AUS"), ("Austria", "AT", "AUT"), ("Azerbaijan", "AZ", "AZE"), ("Bangladesh", "BD", "BGD"),
    ("Belgium", "BE", "BEL"), ("Belize", "BZ", "BLZ"), ("Bolivia", "BO", "BOL"), ("Botswana", "BW", "BWA"),
    ("Brazil", "BR", "BRA"), ("Bulgaria", "BG", "BGR"), ("Cambodia", "KH", "KHM"), ("Cameroon", "CM", "CMR"),
    ("Canada", "CA", "CAN"), ("Chile", "CL", "CHL"), ("China", "CN", "CHN"), ("Colombia", "CO", "COL"),
    ("Costa Rica", "CR", "CRI"), ("Croatia", "HR", "HRV"), ("Cyprus", "CY", "CYP"), ("Czechia", "CZ", "CZE"),
    ("Denmark", "DK", "DNK"), ("Ecuador", "EC", "ECU"), ("Egypt", "EG", "EGY"), ("Estonia", "EE", "EST"),
    ("Ethiopia", "ET", "ETH"), ("Fiji", "FJ", "FJI"), ("Finland", "FI", "FIN"), ("France", "FR", "FRA"),
    ("Georgia", "GE", "GEO"), ("Germany", "DE", "DEU"), ("Ghana", "GH", "GHA"), ("Greece", "GR", "GRC"),
    ("Guatemala", "GT", "GTM"), ("Honduras", "HN", "HND"), ("Hungary", "HU", "HUN"), ("Iceland", "IS", "ISL"),
    ("India", "IN", "IND"), ("Indonesia", "ID", "IDN"), ("Ireland", "IE", "IRL"), ("Israel", "IL", "ISR"),
    ("Italy", "IT", "ITA"), ("Jamaica", "JM", "JAM"), ("Japan", "JP", "JPN"), ("Jordan", "JO", "JOR"),
    ("Kazakhstan", "KZ", "KAZ"), ("Kenya", "KE", "KEN"), ("Latvia", "LV", "LVA"), ("Lebanon", "LB", "LBN"),
    ("Lithuania", "LT", "LTU"), ("Luxembourg", "LU", "LUX"), ("Malaysia", "MY", "MYS"), ("Malta", "MT", "MLT"),
    ("Mauritius", "MU", "MUS"), ("Mexico", "MX", "MEX"), ("Moldova", "MD", "MDA"), ("Mongolia", "MN", "MNG"),
    ("Montenegro", "ME", "MNE"), ("Morocco", "MA", "MAR"), ("Mozambique", "MZ", "MOZ"), ("Namibia", "NA", "NAM"),
    ("Nepal", "NP", "NPL"), ("Netherlands", "NL", "NLD"), ("New Zealand", "NZ", "NZL"), ("Nicaragua", "NI", "NIC"),
    ("Nigeria", "NG", "NGA"), ("Norway", "NO", "NOR"), ("Oman", "OM", "OMN"), ("Pakistan", "PK", "PAK"),
    ("Panama", "PA", "PAN"), ("Paraguay", "PY", "PRY"), ("Peru", "PE", "PER"), ("Philippines", "PH", "PHL"),
    ("Poland", "PL", "POL"), ("Portugal", "PT", "PRT"), ("Romania", "RO", "ROU"), ("Rwanda", "RW", "RWA"),
    ("Senegal", "SN", "SEN"), ("Serbia", "RS", "SRB"), ("Singapore", "SG", "SGP"), ("Slovakia", "SK", "SVK"),
    ("Slovenia", "SI", "SVN"), ("South Africa", "ZA", "ZAF"), ("South Korea", "KR", "KOR"), ("Spain", "ES", "ESP"),
    ("Sri Lanka", "LK", "LKA"), ("Sweden", "SE", "SWE"), ("Switzerland", "CH", "CHE"), ("Thailand", "TH", "THA"),
    ("Tunisia", "TN", "TUN"), ("Turkey", "TR", "TUR"), ("Uruguay", "UY", "URY"), ("Vietnam", "VN", "VNM"),
];

#[cfg(test)]
mod tests {
    use super::super::laws::{masked, parsed};
    use super::*;
    use crate::value::oid;

    #[test]
    fn codes_stay_codes() {
        let spec = parsed("\"country\"");
        for (name, two, three) in COUNTRIES {
            for (value, find) in [(name, 0), (two, 1), (three, 2)] {
                let shown = masked(&spec, oid::TEXT, -1, value);
                assert_ne!(shown, value);
                assert!(
                    COUNTRIES
                        .iter()
                        .any(|country| [country.0, country.1, country.2][find] == shown),
                    "{shown}"
                );
            }
        }
        assert_eq!(masked(&spec, oid::BPCHAR, 4 + 2, "NO").len(), 2);
    }
}
