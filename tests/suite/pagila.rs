//! Pagila as the restore and equivalence tests use it: what is protected there, and how.

use std::path::Path;
use std::process::Command;

use pgveil::cluster::{Cluster, run};

use crate::harness::{Proxy, cluster_with};

/// Rules for customer, staff, address and actor.
pub const RULES: &str = r#"
[[rule]]
columns = ["public.customer.first_name", "public.staff.first_name", "public.actor.first_name"]
mask = "first_name"

[[rule]]
columns = ["public.customer.last_name", "public.staff.last_name", "public.actor.last_name"]
mask = "last_name"

[[rule]]
columns = ["public.customer.email", "public.staff.email"]
mask = "email"

[[rule]]
columns = ["public.staff.username"]
mask = "user_name"

[[rule]]
columns = ["public.staff.password"]
mask = "hash"

[[rule]]
columns = ["public.staff.picture"]
mask = "null"

[[rule]]
columns = ["public.address.address", "public.address.address2"]
mask = "address_line"

[[rule]]
columns = ["public.address.district"]
mask = "city"

[[rule]]
columns = ["public.address.postal_code"]
mask = { kind = "partial", keep_first = 1 }

[[rule]]
columns = ["public.address.phone"]
mask = "phone"
"#;

/// A protected column of Pagila.
pub struct Protected {
    pub table: &'static str,
    pub key: &'static str,
    pub column: &'static str,
    /// The mask draws from a list of real words, in which an original may stand by chance.
    pub drawn: bool,
}

const fn protected(table: &'static str, key: &'static str, column: &'static str, drawn: bool) -> Protected {
    Protected {
        table,
        key,
        column,
        drawn,
    }
}

/// Every column that [`RULES`] protect.
pub const PROTECTED: [Protected; 15] = [
    protected("customer", "customer_id", "first_name", true),
    protected("customer", "customer_id", "last_name", true),
    protected("customer", "customer_id", "email", false),
    protected("staff", "staff_id", "first_name", true),
    protected("staff", "staff_id", "last_name", true),
    protected("staff", "staff_id", "email", false),
    protected("staff", "staff_id", "username", false),
    protected("staff", "staff_id", "password", false),
    protected("staff", "staff_id", "picture", false),
    protected("address", "address_id", "address", false),
    protected("address", "address_id", "district", true),
    protected("address", "address_id", "postal_code", false),
    protected("address", "address_id", "phone", false),
    protected("actor", "actor_id", "first_name", true),
    protected("actor", "actor_id", "last_name", true),
];

/// A server with Pagila, and a proxy with [`RULES`] before it.
pub struct Stage {
    // First, so that it ends before its upstream.
    pub proxy: Proxy,
    pub cluster: Cluster,
}

impl Stage {
    pub fn set() -> Stage {
        let cluster = cluster_with(&["pagila"]);
        let proxy = Proxy::start(&cluster, RULES);
        Stage { proxy, cluster }
    }

    /// Dumps Pagila through the proxy into `dump` in the cluster's directory.
    pub fn dump(&self, args: &[&str]) -> std::path::PathBuf {
        let path = self.cluster.temp_dir().join("dump");
        let mut pg_dump = self.proxy.tool(&self.cluster, "pg_dump", "pagila");
        run(pg_dump.args(args).arg("--file").arg(&path), "pg_dump").expect("pg_dump through pgveil");
        path
    }

    /// Restores a plain dump with psql, or another with pg_restore, every error fatal.
    pub fn restore(&self, dump: &Path, database: &str) {
        self.cluster.createdb(database).expect("an empty database");
        let plain = dump.is_file() && !std::fs::read(dump).expect("the dump").starts_with(b"PGDMP");
        let program = if plain { "psql" } else { "pg_restore" };
        let mut command: Command = self.cluster.tool(program).expect(program);
        match plain {
            true => command.args(["-Xq", "-v", "ON_ERROR_STOP=1", "-d", database, "-f"]),
            false => command.args(["--exit-on-error", "-d", database]),
        };
        run(command.arg(dump), program).expect("the dump to restore without an error");
    }
}
