//! Non-interference over the attacks and the everyday work of the canary suite, in every form, by a superuser.

use pgveil::cluster::SUPERUSER;

use super::pair::{Answers, Making, Pair, Sessions};
use crate::canary::ways::{self, FORMS, Form};
use crate::canary::{DATABASE, OPTIONS, everyday, wire};
use crate::harness::{ProxyOptions, for_version, is_long};
use crate::protocol::peer::Script;

/// A difference counts where it shows this often, while servers of the same values agree.
const TRIES: usize = 3;
/// At most so many of a hundred scripts may be such that servers of the same values differ: times, process numbers.
const NOISE_PERCENT_MAX: usize = 5;

/// The forms of short runs; in long ones, all.
const SHORT: [Form; 4] = [Form::Simple, Form::ExtendedBinary, Form::CopyCsv, Form::ExplainAnalyze];

/// What is sent in one session, batch by batch, and what it is called.
struct Case {
    title: String,
    batches: Vec<Script>,
    /// It is for a session of its own.
    leaves_names: bool,
}

fn pair() -> Pair {
    // Known while the values are made; unknown again when the proxy comes.
    let schema = |moved: &str| {
        format!(
            "SET canary.moved = '{moved}';\n{}\nRESET canary.moved;",
            include_str!("../canary/schema.sql")
        )
    };
    Pair::set(Making {
        database: DATABASE,
        before: "SELECT 1".to_owned(),
        schemas: [schema("off"), schema("on")],
        options: ProxyOptions {
            rules: include_str!("canary_rules.toml").to_owned(),
            role: SUPERUSER.to_owned(),
            ..ProxyOptions::default()
        },
        parameters: vec![("options", OPTIONS)],
        has_control: true,
    })
}

fn script(form: Form, statement: &str) -> Script {
    match form {
        Form::Extended => Script::new().extended(statement).sync(),
        Form::ExtendedBinary => Script::new()
            .parse("", statement)
            .bind_binary("", "")
            .describe("")
            .execute("")
            .sync(),
        _ => Script::new().query(statement),
    }
}

fn in_all_forms(title: &str, statements: &[String]) -> Vec<Case> {
    let case = |form: Form| {
        let statements = form.statements(statements)?;
        let mut batches: Vec<Script> = statements.iter().map(|statement| script(form, statement)).collect();
        batches.push(Script::new().query("ROLLBACK"));
        batches.push(Script::new().query("CLOSE ALL; DEALLOCATE ALL; RESET ALL"));
        Some(Case {
            title: format!("{title} ({form:?}): {}", statements.join("; ")),
            batches,
            leaves_names: false,
        })
    };
    let forms = FORMS.into_iter().filter(|form| is_long() || SHORT.contains(form));
    forms.filter_map(case).collect()
}

/// `email`: a guess that is right in the first database.
fn cases(email: &str, version: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for text in [
        include_str!("../canary/ways/values.sql"),
        include_str!("../canary/ways/bits.sql"),
        include_str!("../canary/ways/doors.sql"),
        include_str!("../canary/ways/sessions.sql"),
        include_str!("../canary/ways/versions.sql"),
    ] {
        for way in ways::parse(&for_version(text, version).replace("{email}", email)) {
            cases.extend(in_all_forms(way.title(), way.statements()));
        }
    }
    for query in everyday::all(version) {
        cases.extend(in_all_forms(&query.title, std::slice::from_ref(&query.sql)));
    }
    for (title, batches) in wire::all() {
        cases.push(Case {
            title: title.to_owned(),
            leaves_names: true,
            batches: batches.iter().map(|batch| Script::new().raw(&batch.concat())).collect(),
        });
    }
    cases
}

fn run(sessions: &mut Sessions, case: &Case) -> Vec<Answers> {
    let mut all: Vec<Answers> = Vec::new();
    for batch in &case.batches {
        if all.last().is_some_and(Answers::is_closed) {
            break;
        }
        all.push(sessions.ask(batch, 1));
    }
    all
}

enum Outcome {
    Alike,
    /// Servers of the same values differ.
    Noise,
    Leak(String),
}

/// First in sessions that go on, then in new ones.
fn judge(pair: &Pair, sessions: &mut Sessions, case: &Case) -> Outcome {
    let mut seen = String::new();
    for at in 0..TRIES {
        if at > 0 || case.leaves_names {
            *sessions = pair.sessions();
        }
        let answers = run(sessions, case);
        if case.leaves_names || answers.last().is_none_or(Answers::is_closed) {
            *sessions = pair.sessions();
        }
        let Some(at) = answers.iter().position(|answers| answers.difference().is_some()) else {
            return Outcome::Alike;
        };
        if answers[..=at].iter().any(Answers::is_noise) {
            return Outcome::Noise;
        }
        seen = answers[at].difference().unwrap_or_default();
    }
    Outcome::Leak(seen)
}

#[test]
fn no_way_out_tells_the_databases_apart() {
    let pair = pair();
    let email = &pair.directly("SELECT email FROM vault.person WHERE id = 1")[0];
    let cases = cases(email.trim(), pair.server_version());
    let (mut noise, mut leaks) = (Vec::new(), Vec::new());
    let mut sessions = pair.sessions();
    for case in &cases {
        match judge(&pair, &mut sessions, case) {
            Outcome::Alike => {}
            Outcome::Noise => noise.push(case.title.clone()),
            Outcome::Leak(seen) => leaks.push(format!("{:.600}\n{seen}", case.title)),
        }
    }
    println!("{} cases, {} noise:\n{}", cases.len(), noise.len(), noise.join("\n"));
    assert!(cases.len() > 1500, "only {} cases", cases.len());
    assert!(
        noise.len() * 100 <= cases.len() * NOISE_PERCENT_MAX,
        "{} noise",
        noise.len()
    );
    assert!(leaks.is_empty(), "{} leaks\n{}", leaks.len(), leaks.join("\n"));
}

#[test]
fn moved_values_are_as_many_and_as_long() {
    let pair = pair();
    let sums = "SELECT count(DISTINCT email), sum(length(email)), count(born), sum(length(bio)), sum(length(badge::text)), \
         count(DISTINCT device) FROM vault.person";
    assert_eq!(pair.directly(sums)[0], pair.directly(sums)[1]);
    let values = pair.directly("SELECT email, name, badge, account, salary, born, seen, device, address, mac, photo, pin FROM vault.person WHERE id = 1");
    let [still, moved] = [0, 1].map(|side| values[side].split('|').map(str::to_owned).collect::<Vec<_>>());
    assert!(
        still.iter().zip(&moved).all(|(still, moved)| still != moved),
        "{still:?}\n{moved:?}"
    );
}
