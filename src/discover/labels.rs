//! Masking rules that stand in a database as `SECURITY LABEL FOR anon` (PostgreSQL Anonymizer), as masks of ours.

/// What a label says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// A mask, as TOML.
    Mask(String),
    /// `NOT MASKED`, by hand.
    Keep,
    /// It masks in a way that has no counterpart: redacted.
    Other,
}

/// Masking functions by the beginning of their names, and what comes nearest.
const FUNCTIONS: &[(&str, &str)] = &[
    ("fake_first_name", "\"first_name\""),
    ("dummy_first_name", "\"first_name\""),
    ("pseudo_first_name", "\"first_name\""),
    ("random_first_name", "\"first_name\""),
    ("fake_last_name", "\"last_name\""),
    ("dummy_last_name", "\"last_name\""),
    ("pseudo_last_name", "\"last_name\""),
    ("random_last_name", "\"last_name\""),
    ("dummy_name", "\"full_name\""),
    ("fake_email", "\"email\""),
    ("dummy_free_email", "\"email\""),
    ("dummy_safe_email", "\"email\""),
    ("pseudo_email", "\"email\""),
    ("partial_email", "\"email\""),
    ("random_email", "\"email\""),
    ("fake_address", "\"address_line\""),
    ("dummy_street", "\"address_line\""),
    ("fake_city", "\"city\""),
    ("dummy_city", "\"city\""),
    ("pseudo_city", "\"city\""),
    ("fake_company", "\"company\""),
    ("dummy_company", "\"company\""),
    ("pseudo_company", "\"company\""),
    ("fake_iban", "\"iban\""),
    ("pseudo_iban", "\"iban\""),
    ("fake_postcode", "\"postal_code\""),
    ("random_zip", "\"postal_code\""),
    ("dummy_zip", "\"postal_code\""),
    ("dummy_postcode", "\"postal_code\""),
    ("random_phone", "\"phone\""),
    ("dummy_phone", "\"phone\""),
    ("dummy_cell", "\"phone\""),
    ("dummy_credit_card", "\"card\""),
    ("dummy_ip", "\"ip\""),
    ("dummy_username", "\"user_name\""),
    ("dummy_user_name", "\"user_name\""),
    ("dummy_licence_plate", "\"licence_plate\""),
    ("image_blur", "\"image\""),
    ("random_date", "{ kind = \"date_shift\", days = 180 }"),
    ("dnoise", "{ kind = \"date_shift\", days = 180 }"),
    ("noise", "{ kind = \"noise\", percent = 20 }"),
    ("lorem_ipsum", "\"free_text\""),
    ("hash", "\"hash\""),
    ("digest", "\"hash\""),
    ("random_string", "\"hash\""),
    ("random_int", "\"integer\""),
    ("random_bigint", "\"integer\""),
];

/// Reads one label; `None` if it is no masking rule of a column.
pub fn imported(label: &str) -> Option<Imported> {
    let label = label.trim();
    let upper = label.to_ascii_uppercase();
    if upper == "NOT MASKED" {
        return Some(Imported::Keep);
    }
    if let Some(value) = upper.strip_prefix("MASKED WITH VALUE") {
        return Some(match value.trim() {
            "NULL" => Imported::Mask("\"null\"".to_owned()),
            _ => constant(label["MASKED WITH VALUE".len()..].trim()),
        });
    }
    upper.strip_prefix("MASKED WITH FUNCTION")?;
    let call = label["MASKED WITH FUNCTION".len()..].trim();
    let name = call.split('(').next().unwrap_or(call).trim();
    let name = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    if name == "partial" {
        return Some(partial(call));
    }
    let known = FUNCTIONS.iter().find(|(function, _)| name.starts_with(function));
    Some(known.map_or(Imported::Other, |(_, mask)| Imported::Mask((*mask).to_owned())))
}

/// `MASKED WITH VALUE 'x'`: a quoted string or a number; anything else is computed.
fn constant(value: &str) -> Imported {
    let inner = value
        .strip_prefix('\'')
        .and_then(|value| value.strip_suffix('\''))
        .or_else(|| value.strip_prefix("$$").and_then(|value| value.strip_suffix("$$")));
    match inner {
        Some(text) if !text.contains(['\'', '\0']) => {
            Imported::Mask(format!("{{ kind = \"fixed\", value = {} }}", toml::Value::from(text)))
        }
        _ if value.parse::<f64>().is_ok() => Imported::Mask(format!("{{ kind = \"fixed\", value = {value} }}")),
        _ => Imported::Other,
    }
}

/// `anon.partial(column, 2, $$***$$, 3)`: what is kept in front and behind.
fn partial(call: &str) -> Imported {
    let arguments = call.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
    let mut numbers = arguments
        .split(',')
        .filter_map(|argument| argument.trim().parse::<u16>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(first), Some(last)) => {
            let kept = [("keep_first", first), ("keep_last", last)];
            let kept = kept.iter().filter(|(_, count)| *count > 0);
            let options: String = kept.map(|(name, count)| format!(", {name} = {count}")).collect();
            Imported::Mask(format!("{{ kind = \"partial\"{options} }}"))
        }
        _ => Imported::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        let mask = |text: &str| Some(Imported::Mask(text.to_owned()));
        let cases = [
            ("MASKED WITH FUNCTION anon.fake_first_name()", mask("\"first_name\"")),
            ("masked with function anon.pseudo_email(id)", mask("\"email\"")),
            ("MASKED WITH VALUE NULL", mask("\"null\"")),
            (
                "MASKED WITH VALUE $$CONFIDENTIAL$$",
                mask("{ kind = \"fixed\", value = \"CONFIDENTIAL\" }"),
            ),
            ("MASKED WITH VALUE 0", mask("{ kind = \"fixed\", value = 0 }")),
            (
                "MASKED WITH FUNCTION anon.partial(phone,2,$$******$$,2)",
                mask("{ kind = \"partial\", keep_first = 2, keep_last = 2 }"),
            ),
            ("MASKED WITH FUNCTION pg_catalog.md5(x)", Some(Imported::Other)),
            ("NOT MASKED", Some(Imported::Keep)),
            ("QUASI IDENTIFIER", None),
        ];
        for (label, expected) in cases {
            assert_eq!(imported(label), expected, "{label}");
        }
    }
}
