//! Every event, held against the schema that is published.

use super::*;

fn validator() -> jsonschema::Validator {
    let schema = serde_json::from_str(include_str!("../../../docs/session-log.schema.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// One of each kind. The match makes whoever adds a kind add it here.
fn next(event: Option<&Event<'_>>) -> Option<Event<'static>> {
    let client = Client {
        address: "::1",
        port: Some(50000),
    };
    Some(match event {
        None => Event::LogOpened(LogOpened {
            version: "1",
            pid: 1,
            cut: None,
        }),
        Some(Event::LogOpened(LogOpened { cut: None, .. })) => Event::LogOpened(LogOpened {
            version: "1",
            pid: 1,
            cut: Some(Cut {
                bytes: 9,
                sha256: "0123456789012345678901234567890123456789012345678901234567890123",
            }),
        }),
        Some(Event::LogOpened(_)) => Event::LogClosed,
        Some(Event::LogClosed) => Event::LogRotated(Segment { first: 1, last: 2 }),
        Some(Event::LogRotated(segment)) => Event::LogRemoved(*segment),
        Some(Event::LogRemoved(_)) => Event::SessionStart(SessionStart {
            user: "ada",
            client,
            application_name: "psql",
            tls: Some("1.3"),
            database: "shop",
            upstream_role: "reader",
            rule_set: "abc",
            key_id: "k1",
            backend_pid: 4711,
        }),
        Some(Event::SessionStart(_)) => Event::LoginFailure(LoginFailure {
            user: "ada",
            database: "shop",
            client: Client {
                address: "unix",
                port: None,
            },
            application_name: "",
            reason: "password",
        }),
        Some(Event::LoginFailure(_)) => statement(1),
        Some(Event::Statement(before)) if before.protocol == Protocol::Simple => Event::Statement(Statement {
            protocol: Protocol::Extended(Some(1)),
            verdict: Verdict::Refuse,
            reason: Some("predicate"),
            ..before_static()
        }),
        Some(Event::Statement(_)) => Event::Inference(Inference {
            statement: 1,
            columns: Box::leak(Box::new(["public.customer.email".to_owned()])),
        }),
        Some(Event::Inference(_)) => statement_end(1),
        Some(Event::StatementEnd(_)) => Event::Refusal(Refusal {
            statement: None,
            reason: "predicate",
            message: "no",
        }),
        Some(Event::Refusal(_)) => Event::Alarm(Alarm {
            statement: Some(1),
            alarm: "witnesses_disagree",
            message: "no",
        }),
        Some(Event::Alarm(_)) => Event::Cancel(Cancel { client, accepted: true }),
        Some(Event::Cancel(_)) => Event::SessionEnd(SessionEnd {
            reason: "terminated",
            statements: 1,
            refusals: 0,
            rows: 1,
            bytes: 12,
            duration_ns: 80,
        }),
        Some(Event::SessionEnd(_)) => return None,
    })
}

fn before_static() -> Statement<'static> {
    inner(statement(1))
}

#[test]
fn every_event_is_as_the_schema_says() {
    let directory = TestDirectory::new();
    let journal = open(&directory).unwrap();
    let mut event = next(None);
    while let Some(written) = event {
        journal.append(journal.new_session(), &written).unwrap();
        event = next(Some(&written));
    }
    drop(journal);
    let validator = validator();
    let records = directory.records();
    for record in &records {
        let problems: Vec<String> = validator.iter_errors(record).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{record}\n{}", problems.join("\n"));
    }
    let kinds: HashSet<_> = records.iter().map(|record| record["event.action"].as_str()).collect();
    let schema: Value = serde_json::from_str(include_str!("../../../docs/session-log.schema.json")).unwrap();
    let named = schema["properties"]["event.action"]["enum"].as_array().unwrap();
    assert_eq!(kinds, named.iter().map(Value::as_str).collect());
    let documented = include_str!("../../../docs/session-log.md");
    for kind in kinds.into_iter().flatten() {
        assert!(documented.contains(&format!("### `{kind}`")), "{kind}");
    }
    // It is strict: any field less, more or of another type is noticed.
    for record in &records {
        for (key, value) in record.as_object().unwrap() {
            let mut less = record.clone();
            less.as_object_mut().unwrap().remove(key);
            assert!(!validator.is_valid(&less), "without {key}: {record}");
            let mut other = record.clone();
            other[key] = if value.is_array() {
                7.into()
            } else {
                Value::Array(vec![7.into()])
            };
            assert!(!validator.is_valid(&other), "another {key}: {record}");
        }
        let mut more = record.clone();
        more["value"] = "x".into();
        assert!(!validator.is_valid(&more), "more: {record}");
    }
    let fields: HashSet<_> = records
        .iter()
        .flat_map(|record| record.as_object().unwrap().keys())
        .collect();
    for field in fields {
        assert!(documented.contains(&format!("`{field}`")), "{field} is not documented");
    }
}
