//! The options of COPY … TO STDOUT. PostgreSQL docs, COPY; `ProcessCopyOptions` in commands/copy.c.

use super::analysis::{CopyFormat, CopyOptions, ForceQuote, Reason, Refusal};
use super::gate::not_allowed;
use super::tree::Node;

/// Reads the options of a `CopyStmt`; the grammar has made old and new syntax the same.
///
/// # Errors
/// Refuses options that are not known, given twice, or not what the server would take.
pub(super) fn copy_options(copy: &Node) -> Result<CopyOptions, Refusal> {
    let mut seen: Vec<&str> = Vec::new();
    let (mut format, mut header) = (CopyFormat::Text, false);
    let mut force_quote = ForceQuote::None;
    let (mut delimiter, mut null, mut quote, mut escape) = (None, None, None, None);
    for option in copy.nodes("options") {
        let name = option.str("defname");
        if seen.contains(&name) {
            return Err(bad(name));
        }
        seen.push(name);
        match name {
            "format" => {
                format = match text(option)? {
                    "text" => CopyFormat::Text,
                    "csv" => CopyFormat::Csv,
                    "binary" => CopyFormat::Binary,
                    _ => return Err(bad(name)),
                }
            }
            "header" => header = truth(option)?,
            "delimiter" => delimiter = Some(byte(option)?),
            "null" => null = Some(text(option)?.as_bytes().to_vec()),
            "quote" => quote = Some(byte(option)?),
            "escape" => escape = Some(byte(option)?),
            "force_quote" => force_quote = forced(option),
            "encoding" => check_encoding(text(option)?)?,
            _ => return Err(bad(name)),
        }
    }
    let csv = format == CopyFormat::Csv;
    let quote = quote.unwrap_or(b'"');
    Ok(CopyOptions {
        format,
        header,
        delimiter: delimiter.unwrap_or(if csv { b',' } else { b'\t' }),
        null: null.unwrap_or_else(|| if csv { Vec::new() } else { b"\\N".to_vec() }),
        quote,
        escape: escape.unwrap_or(quote),
        force_quote,
    })
}

fn forced(option: &Node) -> ForceQuote {
    match option.node("arg") {
        Some(argument) if argument.is("AStar") => ForceQuote::All,
        Some(argument) => ForceQuote::Columns(argument.names("items").into_iter().map(str::to_owned).collect()),
        None => ForceQuote::Columns(option.names("arg").into_iter().map(str::to_owned).collect()),
    }
}

fn bad(name: &str) -> Refusal {
    let known = ["format", "header", "delimiter", "null", "quote", "escape", "encoding"];
    let what = if known.contains(&name) {
        format!("COPY with this {name}")
    } else {
        "COPY with this option".to_owned()
    };
    not_allowed(
        &what,
        "known are FORMAT, HEADER, DELIMITER, NULL, QUOTE, ESCAPE, FORCE_QUOTE, each once",
    )
}

fn text(option: &Node) -> Result<&str, Refusal> {
    match option.node("arg") {
        Some(argument) if argument.is("String") => Ok(argument.str("sval")),
        _ => Err(bad(option.str("defname"))),
    }
}

fn byte(option: &Node) -> Result<u8, Refusal> {
    match text(option)?.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r') => Ok(*byte),
        _ => Err(bad(option.str("defname"))),
    }
}

/// `defGetCopyHeaderOption`; `match` is for COPY FROM.
fn truth(option: &Node) -> Result<bool, Refusal> {
    let Some(argument) = option.node("arg") else {
        return Ok(true);
    };
    let is = |words: [&str; 2]| words.iter().any(|word| argument.str("sval").eq_ignore_ascii_case(word));
    match (argument.kind(), argument.int("ival")) {
        ("Boolean", _) => Ok(argument.bool("boolval")),
        ("Integer", 0) => Ok(false),
        ("Integer", 1) => Ok(true),
        ("String", _) if is(["true", "on"]) => Ok(true),
        ("String", _) if is(["false", "off"]) => Ok(false),
        _ => Err(bad("header")),
    }
}

fn check_encoding(encoding: &str) -> Result<(), Refusal> {
    let name: String = encoding.chars().filter(char::is_ascii_alphanumeric).collect();
    if name.eq_ignore_ascii_case("utf8") || name.eq_ignore_ascii_case("unicode") {
        return Ok(());
    }
    Err(Refusal {
        reason: Reason::UnsafeEncoding,
        message: "COPY passes in UTF8 only".to_owned(),
        hint: "leave out ENCODING and convert the file afterwards".to_owned(),
    })
}
