//! One client from greeting to goodbye: TLS, login, relay.
//!
//! [`Service`] is what all sessions share. [`serve`] takes one connection through its life: greeting, login, upstream
//! connection, catalog, `session_start` on the session log, then the relay until one side ends.

pub mod cancel;
pub mod client_stream;
mod database;
mod failed_logins;
pub mod gate;
mod greeting;
mod inbound;
mod log_timer;
pub mod login;
mod low_mark;
mod relay;
mod reply_half;
mod request_half;
pub mod scram;
mod service;
mod session_log;
mod spare;
pub mod startup_parameters;
pub mod tls;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;

use crate::config::Access;
use crate::conversation::Conversation;
use crate::journal::{Client, Event, LoginFailure, SessionEnd, SessionStart};
use crate::sql;
use crate::upstream::{self, ConnectError, Upstream};
use crate::wire::compose;
use crate::wire::error_fields::ErrorFields;

use client_stream::{ClientStream, dismiss};
use greeting::{Greeting, LOGIN_TIMEOUT, TlsSession};
use relay::End;
use session_log::SessionLog;
use startup_parameters::Startup;

pub use database::{CATALOG_POLL, CatalogError};
pub use service::{Service, ServiceError, upstream_target};

/// What pg_dump calls itself (`application_name`), and pg_dumpall the pg_dump that it runs.
const PG_DUMP: &str = "pg_dump";

/// Where a client connects from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// TCP.
    Tcp(std::net::SocketAddr),
    /// A unix socket.
    Unix,
}

impl Peer {
    /// For the session log.
    fn address(&self) -> String {
        match self {
            Peer::Tcp(address) => address.ip().to_string(),
            Peer::Unix => "unix".to_owned(),
        }
    }

    fn client<'a>(&self, address: &'a str) -> Client<'a> {
        let port = match self {
            Peer::Tcp(address) => Some(address.port()),
            Peer::Unix => None,
        };
        Client { address, port }
    }
}

/// Takes one connection through its life.
pub async fn serve(service: Arc<Service>, stream: ClientStream, peer: Peer) {
    // In boxes of their own, so that a session that waits for its client holds no room for what it did at its start.
    let Some(entered) = Box::pin(enter(&service, stream, peer)).await else {
        return;
    };
    let mut stream = entered.stream;
    if let Err(fields) = converse(
        &service,
        &mut stream,
        entered.upstream,
        peer,
        &entered.startup,
        entered.tls,
    )
    .await
    {
        Box::pin(dismiss(&mut stream, &fields)).await;
    }
}

/// A client that has logged in, and its upstream connection.
struct Entered {
    stream: ClientStream,
    startup: Startup,
    tls: Option<TlsSession>,
    upstream: Upstream,
}

/// From the first byte to the two logins. `None`: the connection has ended, and the client was told why.
async fn enter(service: &Arc<Service>, stream: ClientStream, peer: Peer) -> Option<Entered> {
    let deadline = tokio::time::Instant::now() + LOGIN_TIMEOUT;
    let is_open = service.config.policy.access == Access::Any;
    let custom = &service.config.policy.settings;
    let check = move |name: &str, value: &str| match is_open {
        true => Ok(()),
        false => sql::settings::check(name, value, custom).map_err(|refusal| refusal.message),
    };
    let (mut stream, startup, tls) = match greeting::greet(stream, service.tls.as_ref(), &check, deadline).await {
        Ok(Greeting::Startup { stream, startup, tls }) => (stream, startup, tls),
        Ok(Greeting::Cancel { process_id, secret }) => {
            service.cancel(process_id, &secret, peer).await;
            return None;
        }
        Err(_) => return None, // told to the client; not yet a session
    };
    let address = match peer {
        Peer::Tcp(address) => Some(address.ip()),
        Peer::Unix => None,
    };
    let login = service
        .logins
        .authenticate(&mut stream, &startup.user, address, tls.as_ref(), deadline);
    if let Err(error) = login.await {
        service.login_failure(&startup, peer, &error.to_string());
        return None;
    }
    if !service.allows_database(&startup.database) {
        service.login_failure(&startup, peer, "database not allowed");
        let fields = ErrorFields::fatal(
            "42501",
            format!("pgveil does not serve database \"{}\"", startup.database),
        )
        .hint("[upstream] databases in pgveil.toml lists those that it serves.");
        dismiss(&mut stream, &fields).await;
        return None;
    }
    match service.connect(&startup).await {
        Ok(upstream) => Some(Entered {
            stream,
            startup,
            tls,
            upstream,
        }),
        Err(error) => {
            service.login_failure(&startup, peer, "upstream connection failed");
            dismiss(&mut stream, &connect_fields(&error)).await;
            None
        }
    }
}

/// What a client is told when there is no upstream connection: the server's own words where it spoke.
fn connect_fields(error: &ConnectError) -> ErrorFields {
    match error {
        ConnectError::Server(server) => {
            let field = |code| server.field(code).unwrap_or_default().to_owned();
            let fields = ErrorFields::fatal(&field(b'C'), field(b'M'));
            match server.field(b'H') {
                Some(hint) => fields.hint(hint.to_owned()),
                None => fields,
            }
        }
        _ => ErrorFields::fatal("08001", "pgveil has no connection to its upstream server")
            .hint("Whoever runs pgveil finds the reason in its output."),
    }
}

async fn converse(
    service: &Arc<Service>,
    stream: &mut ClientStream,
    upstream: Upstream,
    peer: Peer,
    startup: &Startup,
    tls: Option<TlsSession>,
) -> Result<(), ErrorFields> {
    let database = Box::pin(service.database(&startup.database)).await.map_err(|error| {
        eprintln!("pgveil: catalog of database {:?}: {error}", startup.database);
        error.to_fields()
    })?;
    let _in_use = database.use_guard();
    let application_name = upstream.parameter("application_name").unwrap_or_default();
    let dump = service.filters_rows_of(startup).then(|| database.dump());
    // Nobody has looked while nobody used it; a dump's rows depend on all foreign keys that there are when it begins.
    let age = if dump.is_some() { Duration::ZERO } else { CATALOG_POLL };
    Box::pin(database.refresh(service, age)).await;
    let cancel_handle = Arc::new(service::CancelHandle {
        process_id: upstream.process_id,
        secret_key: upstream.secret_key.clone(),
    });
    let key = service
        .cancels
        .register(upstream.process_id, startup.protocol_minor, cancel_handle);
    let key = key.map_err(|_| ErrorFields::fatal("53000", "no random bytes for a cancel key"))?;
    let session = service.journal.new_session();
    let address = peer.address();
    let record = Event::SessionStart(SessionStart {
        user: &startup.user,
        client: peer.client(&address),
        application_name,
        tls: tls.as_ref().map(|tls| tls.version.trim_start_matches("TLSv")),
        database: &startup.database,
        upstream_role: service.target.user.as_deref().unwrap_or(&startup.user),
        rule_set: &service.rule_set_hash,
        key_id: &service.key_id,
        backend_pid: upstream.process_id,
    });
    service.journal.append(session, &record).map_err(|error| {
        eprintln!("pgveil: {error}");
        ErrorFields::fatal("58030", "the session log cannot be written, so nothing is served")
    })?;
    let mut conversation = Conversation::new(database.planner(), SessionLog::new(service.journal.clone(), session));
    if let Some(dump) = &dump {
        conversation.dump_at(dump.moment());
    }
    for (name, value) in &upstream.parameters {
        conversation.parameter_status(name.as_bytes(), value.as_bytes());
    }
    let started = Instant::now();
    let end = match Box::pin(welcome(stream, &upstream, &key)).await {
        Ok(()) => relay::run(&mut conversation, &database, service, stream, upstream).await,
        Err(_) => End::ClientGone,
    };
    let log = conversation.log();
    log.flush();
    let totals = log.totals();
    let record = Event::SessionEnd(SessionEnd {
        reason: end.reason(),
        statements: totals.statements,
        refusals: totals.refusals,
        rows: totals.rows,
        bytes: totals.bytes,
        duration_ns: session_log::nanoseconds(started.elapsed()),
    });
    if let Err(error) = service.journal.append(session, &record) {
        eprintln!("pgveil: {error}");
    }
    end.into_fields().map_or(Ok(()), Err)
}

async fn welcome(
    stream: &mut ClientStream,
    upstream: &Upstream,
    key: &cancel::CancelGuard<Arc<service::CancelHandle>>,
) -> std::io::Result<()> {
    let mut out = Vec::new();
    compose::authentication_ok(&mut out);
    for (name, value) in &upstream.parameters {
        compose::parameter_status(&mut out, name, value);
    }
    compose::backend_key_data(&mut out, key.process_id(), key.secret());
    for notice in &upstream.notices {
        compose::put_message(&mut out, crate::wire::tag::reply::NOTICE_RESPONSE, |out| {
            for (code, text) in &notice.fields {
                out.push(*code);
                compose::put_string(out, text.as_bytes());
            }
            out.push(0);
        });
    }
    compose::ready_for_query(&mut out, b'I');
    stream.write_all(&out).await?;
    stream.flush().await
}

impl Service {
    /// Whether it is a session of pg_dump's, and the rules filter rows.
    fn filters_rows_of(&self, startup: &Startup) -> bool {
        let named = startup.settings.iter().find(|(name, _)| name == "application_name");
        self.rules.has_filters() && named.is_some_and(|(_, value)| value.starts_with(PG_DUMP))
    }

    async fn connect(&self, startup: &Startup) -> Result<Upstream, ConnectError> {
        let mut parameters = vec![
            ("user".to_owned(), startup.user.clone()),
            ("database".to_owned(), startup.database.clone()),
        ];
        parameters.extend(startup.settings.iter().cloned());
        // Filters are large queries that run once: compiling them takes longer than running them.
        if self.filters_rows_of(startup) && !startup.settings.iter().any(|(name, _)| name == "jit") {
            parameters.push(("jit".to_owned(), "off".to_owned()));
        }
        let connected = upstream::connect(&self.target, &parameters).await;
        if let Err(error) = &connected {
            eprintln!("pgveil: upstream: {error}");
        }
        connected
    }

    fn login_failure(&self, startup: &Startup, peer: Peer, reason: &str) {
        let address = peer.address();
        let application_name = startup.settings.iter().find(|(name, _)| name == "application_name");
        let record = Event::LoginFailure(LoginFailure {
            user: &startup.user,
            database: &startup.database,
            client: peer.client(&address),
            application_name: application_name.map_or("", |(_, value)| value),
            reason,
        });
        if let Err(error) = self.journal.append(self.journal.process(), &record) {
            eprintln!("pgveil: {error}");
        }
    }
}
