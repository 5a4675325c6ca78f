//! What becomes of dumps: `--list`, `--sweep`, `--verify`.

use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::index::{Entry, Index};
use super::target::Presence;
use super::{DumpArgs, DumpError, certificate, say};

fn word(presence: Presence) -> &'static str {
    match presence {
        Presence::Same => "there",
        Presence::Gone => "gone",
        Presence::Other => "another file",
    }
}

fn described(entry: &Entry, state: &str) -> Value {
    json!({
        "dump": entry.dump.path,
        "database": entry.database,
        "made": entry.made,
        "keep_until": entry.until(),
        "bytes": entry.bytes,
        "state": state,
    })
}

fn print(values: &[Value]) {
    say(&format!("{}", Value::from(values)));
}

/// Shows every dump of the index.
pub(super) fn list(args: &DumpArgs) -> Result<ExitCode, DumpError> {
    let index = Index::open()?;
    let now = SystemTime::now();
    let mut values = Vec::new();
    for entry in &index.entries {
        let state = match entry.dump.presence() {
            Ok(Presence::Same) if entry.certificate.is_none() => "unfinished",
            Ok(presence) => word(presence),
            Err(_) => "cannot be looked at",
        };
        if args.json {
            values.push(described(entry, state));
        } else {
            let due = if entry.is_due(now) { ", due" } else { "" };
            say(&format!(
                "{}  {}  made {}  until {}  ({state}{due})",
                entry.dump.path.display(),
                entry.database,
                entry.made,
                entry.until()
            ));
        }
    }
    if args.json {
        print(&values);
    }
    Ok(ExitCode::SUCCESS)
}

/// Removes what is due. Exit code 1 if something could not be removed; it stays in the index.
pub(super) fn sweep(args: &DumpArgs) -> Result<ExitCode, DumpError> {
    let mut index = Index::open()?;
    let swept = index.sweep(SystemTime::now());
    index.save()?;
    let (mut values, mut failed) = (Vec::new(), false);
    for (entry, removed) in &swept {
        let path = entry.dump.path.display();
        let state = match removed {
            Ok(Presence::Same) => "removed".to_owned(),
            Ok(Presence::Gone) => "gone already".to_owned(),
            Ok(Presence::Other) => "left alone: it is not what pgveil wrote there".to_owned(),
            Err(error) => {
                failed = true;
                eprintln!("pgveil: {path} could not be removed: {error}");
                format!("not removed: {error}")
            }
        };
        match args.json {
            true => values.push(described(entry, &state)),
            false => say(&format!("{path}  {}  due {}  {state}", entry.database, entry.until())),
        }
    }
    if args.json {
        print(&values);
    } else if swept.is_empty() {
        say(&format!("nothing is due; {} dumps are kept", index.entries.len()));
    }
    Ok(ExitCode::from(u8::from(failed)))
}

/// Checks a dump against its certificate, and the certificate against its signature.
pub(super) fn verify(args: &DumpArgs, dump: &Path) -> Result<ExitCode, DumpError> {
    let beside = certificate::path_of(dump);
    let path = args.certificate.as_ref().unwrap_or(&beside);
    let certificate = certificate::verify(dump, path, args.public_key.as_deref())?;
    if args.json {
        let verified = json!({
            "dump": dump,
            "verified": true,
            "signer_known": args.public_key.is_some(),
            "certificate": certificate,
        });
        say(&format!("{verified}"));
        return Ok(ExitCode::SUCCESS);
    }
    let text = |pointer: &str| match certificate.pointer(pointer) {
        Some(Value::String(text)) => text.escape_debug().to_string(),
        Some(other) => other.to_string(),
        None => "?".to_owned(),
    };
    say(&format!(
        "{}: database {}, dumped {}, {} columns masked by rule set {} under key {}",
        dump.display(),
        text("/database"),
        text("/ended"),
        text("/coverage/masked"),
        text("/rule_set"),
        text("/key_id"),
    ));
    let signer = text("/signature/public_key");
    match args.public_key {
        Some(_) => say(&format!("dump and certificate are unchanged, and signed by {signer}")),
        None => say(&format!(
            "dump and certificate are unchanged since {signer} signed them; whose key that is, nothing here tells: give --public-key"
        )),
    }
    Ok(ExitCode::SUCCESS)
}
