//! The tour itself, station by station. Each shows something and checks that it is so.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::DemoError;
use super::records::Records;
use super::screen::Screen;
use super::stage::{CLIENT, DATABASE, Stage};
use crate::cli::interrupt::Interrupt;
use crate::cluster;

const CUSTOMERS: &str = "SELECT id, first_name, last_name, email, phone, birth_date, city, tier, notes\n\
                         FROM shop.customers ORDER BY id LIMIT 3";

/// The ticket names its customer by e-mail address: the two columns must still match.
const TICKETS: &str = "SELECT t.subject, t.customer_email, c.id AS customer, c.email, c.last_name\n\
                       FROM support.tickets t JOIN shop.customers c ON c.email = t.customer_email\n\
                       ORDER BY t.opened_at LIMIT 2";

/// What is compared between the live database seen through pgveil and the restored copy: every column of it.
const COMPARED: [(&str, &str); 4] = [
    ("customers", "SELECT * FROM shop.customers ORDER BY id"),
    ("employees", "SELECT * FROM hr.employees ORDER BY id"),
    ("payments", "SELECT * FROM shop.payments ORDER BY id"),
    (
        "tickets joined to customers by e-mail address",
        "SELECT t.id, t.subject, c.id AS customer, c.email, c.phone FROM support.tickets t \
         JOIN shop.customers c ON c.email = t.customer_email ORDER BY t.opened_at",
    ),
];

/// Originals that may be nowhere in the copy: each of them is some person's alone.
const ORIGINALS: &str = "SELECT email::text FROM shop.customers UNION SELECT phone FROM shop.customers UNION \
                         SELECT notes FROM shop.customers UNION SELECT email::text FROM hr.employees UNION \
                         SELECT national_id FROM hr.employees UNION SELECT iban FROM shop.payments UNION \
                         SELECT body FROM support.tickets";

const COPY: &str = "shop_copy";

/// One part of the tour: shows something and checks that it is so.
type Station = fn(&Stage, &mut Screen) -> Result<(), DemoError>;

/// Gives the tour.
pub(super) fn give(stage: &Stage, screen: &mut Screen, interrupt: &Interrupt) -> Result<(), DemoError> {
    let stations: [Station; 6] = [same_query, keys_match, refusal, dump, restored_copy, session_log];
    for station in stations {
        station(stage, screen)?;
        interrupt.check()?;
    }
    screen.text("")
}

/// Waits for Ctrl-C, with the stage standing.
pub(super) fn keep(stage: &Stage, screen: &mut Screen, interrupt: &Interrupt) -> Result<(), DemoError> {
    screen.heading("Yours to try, until Ctrl-C")?;
    let (port, password) = (stage.port, &stage.password);
    let login = format!("PGPASSWORD={password} psql -h 127.0.0.1 -p {port} -U {CLIENT} {DATABASE}");
    screen.text("Through pgveil:")?;
    screen.command(&login)?;
    screen.text("The server itself, for comparison:")?;
    let upstream = stage.cluster.port();
    screen.command(&format!("psql -h 127.0.0.1 -p {upstream} -U postgres {DATABASE}"))?;
    screen.text(&format!("Config, rules and session log: {}", stage.directory.display()))?;
    loop {
        match interrupt.wait(Duration::from_secs(3600)) {
            Ok(()) => {}
            Err(_) => return screen.text(""),
        }
    }
}

fn same_query(stage: &Stage, screen: &mut Screen) -> Result<(), DemoError> {
    screen.heading("1. The same query, direct and through pgveil")?;
    screen.output(CUSTOMERS)?;
    let (direct, through) = show_both(stage, screen, CUSTOMERS)?;
    let email = direct.columns.iter().position(|name| name == "email");
    let shown = |records: &Records| email.map(|at| records.rows.iter().map(|row| row[at].clone()).collect::<Vec<_>>());
    if shown(&direct) == shown(&through) {
        return Err(DemoError::Broken("the e-mail addresses are not masked".to_owned()));
    }
    screen.text(
        "Nothing differs for the client but host and port. Ids, tiers and everything else no rule names are untouched.",
    )
}

fn keys_match(stage: &Stage, screen: &mut Screen) -> Result<(), DemoError> {
    screen.heading("2. Keys that matched still match")?;
    screen.output(TICKETS)?;
    let (direct, through) = show_both(stage, screen, TICKETS)?;
    let ids = |records: &Records| -> Vec<_> { records.rows.iter().map(|row| row[2].clone()).collect() };
    let joined = through.rows.iter().all(|row| row[1] == row[3]);
    if !joined || ids(&direct) != ids(&through) {
        return Err(DemoError::Broken(
            "masked keys do not match as the real ones do".to_owned(),
        ));
    }
    screen.text("One key and one value give one mask, in every table, today and next year.")
}

/// The one query both ways, printed.
fn show_both(stage: &Stage, screen: &mut Screen, sql: &str) -> Result<(Records, Records), DemoError> {
    let direct = Records::query(&mut stage.direct("psql", DATABASE)?, sql)?;
    let through = Records::query(&mut stage.through("psql")?, sql)?;
    if direct.columns != through.columns || direct.rows.len() != through.rows.len() {
        return Err(DemoError::Broken("the two results differ in shape".to_owned()));
    }
    screen.side_by_side(&direct, &through)?;
    Ok((direct, through))
}

fn refusal(stage: &Stage, screen: &mut Screen) -> Result<(), DemoError> {
    screen.heading("3. What would tell more than the masked data does is refused")?;
    let guess = "SELECT id, city FROM shop.customers WHERE email LIKE 'bjoern%'";
    let harmless = "SELECT count(*) AS customers FROM shop.customers";
    screen.text("A client that guesses at real addresses; the session lives on after the refusal:")?;
    screen.text("")?;
    screen.command(&format!("psql -c \"{guess}\" -c \"{harmless}\""))?;
    let output = stage
        .through("psql")?
        .args(["-X", "-c", guess, "-c", harmless])
        .output()
        .map_err(DemoError::io("running psql"))?;
    let refused = String::from_utf8_lossy(&output.stderr);
    let answered = String::from_utf8_lossy(&output.stdout);
    screen.output(&refused)?;
    screen.output(&answered)?;
    if !refused.contains("ERROR:") || !answered.contains("200") {
        return Err(DemoError::Broken(
            "the guess was not refused, or the session did not go on".to_owned(),
        ));
    }
    Ok(())
}

fn dump(stage: &Stage, screen: &mut Screen) -> Result<(), DemoError> {
    screen.heading("4. A dump by stock pg_dump, restored by stock pg_restore")?;
    let file = dump_file(stage);
    screen.command(&format!(
        "pg_dump --format=custom --file=shop.dump {DATABASE}   # through pgveil"
    ))?;
    let started = Instant::now();
    cluster::run(
        stage
            .through("pg_dump")?
            .arg("--format=custom")
            .arg("--file")
            .arg(&file),
        "pg_dump",
    )?;
    let bytes = std::fs::metadata(&file)
        .map_err(DemoError::io(file.display().to_string()))?
        .len();
    screen.output(&format!(
        "{} KB in {:.1} s",
        bytes / 1024,
        started.elapsed().as_secs_f32()
    ))?;
    screen.command(&format!(
        "createdb {COPY} && pg_restore --exit-on-error --dbname={COPY} shop.dump"
    ))?;
    stage.cluster.createdb(COPY)?;
    cluster::run(
        stage
            .direct("pg_restore", COPY)?
            .args(["--exit-on-error", "--dbname", COPY])
            .arg(&file),
        "pg_restore",
    )?;
    screen.output("restored without an error: types, NOT NULL, UNIQUE, CHECK and foreign keys all hold")
}

fn dump_file(stage: &Stage) -> std::path::PathBuf {
    stage.directory.join("shop.dump")
}

fn restored_copy(stage: &Stage, screen: &mut Screen) -> Result<(), DemoError> {
    screen.heading("5. The restored copy and the live database through pgveil say the same")?;
    for (what, sql) in COMPARED {
        let live = Records::query(&mut stage.through("psql")?, sql)?;
        let copy = Records::query(&mut stage.direct("psql", COPY)?, sql)?;
        if live != copy {
            return Err(DemoError::Broken(format!(
                "{what}: the copy differs from the live masked data"
            )));
        }
        screen.output(&format!("{what}: {} rows, equal in every column", live.rows.len()))?;
    }
    let originals = Records::query(&mut stage.direct("psql", DATABASE)?, ORIGINALS)?;
    let copy = cluster::run(&mut stage.direct("pg_dump", COPY)?, "pg_dump")?;
    let copy = String::from_utf8_lossy(&copy.stdout);
    let originals: Vec<String> = originals.rows.into_iter().flatten().flatten().collect();
    // pg_dump writes a line end within a value as two characters.
    let dumped = |value: &String| value.replace('\n', "\\n").replace('\t', "\\t");
    if let Some(found) = originals.iter().find(|value| copy.contains(&dumped(value))) {
        return Err(DemoError::Broken(format!("an original value is in the copy: {found}")));
    }
    screen.output(&format!(
        "{} e-mail addresses, phone numbers, IBANs, notes and letters of the original: none of them is in the copy",
        originals.len()
    ))
}

fn session_log(stage: &Stage, screen: &mut Screen) -> Result<(), DemoError> {
    screen.heading("6. All of it is on the session log, without one value")?;
    let directory = stage.log_directory();
    let log = pgveil(&["log", "show"], &directory)?;
    screen.command("pgveil log show sessions   # the session of the refused guess, and the dump of one table")?;
    let session = |line: &str| line.split_whitespace().nth(1).map(str::to_owned);
    let refused = log.lines().find(|line| line.contains(" refusal:")).and_then(session);
    let copied = log.lines().find(|line| line.contains("COPY shop.customers"));
    if refused.is_none() || copied.is_none() {
        return Err(DemoError::Broken(
            "the refusal or the dump is not on the session log".to_owned(),
        ));
    }
    for line in log.lines().filter(|line| session(line) == refused).chain(copied) {
        screen.output(line)?;
    }
    screen.text("")?;
    screen.command("pgveil log verify sessions")?;
    screen.output(&pgveil(&["log", "verify"], &directory)?)
}

/// Runs another command of this very program.
fn pgveil(args: &[&str], path: &Path) -> Result<String, DemoError> {
    let program = std::env::current_exe().map_err(DemoError::io("finding the pgveil program"))?;
    let output = cluster::run(Command::new(program).args(args).arg(path), "pgveil")?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
