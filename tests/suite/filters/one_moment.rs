//! All sessions of a dump see one moment: one snapshot of the rows, and one present.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Filtered;
use crate::harness::cluster_with;

const SCHEMA: &str = "
    CREATE TABLE public.top (id serial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE TABLE public.one (id serial PRIMARY KEY, top int NOT NULL REFERENCES public.top ON DELETE CASCADE);
    CREATE TABLE public.two (id serial PRIMARY KEY, one int NOT NULL REFERENCES public.one ON DELETE CASCADE,
        top int NOT NULL REFERENCES public.top ON DELETE CASCADE);
    CREATE TABLE public.three (id serial PRIMARY KEY, two int NOT NULL REFERENCES public.two ON DELETE CASCADE, up int REFERENCES public.three);
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO pgveil_reader;
    GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO pgveil_reader;";

/// A row of each table that refers to the others.
const WRITE: &str = "
    WITH a AS (INSERT INTO public.top DEFAULT VALUES RETURNING id),
        b AS (INSERT INTO public.one (top) SELECT id FROM a RETURNING id, top),
        c AS (INSERT INTO public.two (one, top) SELECT id, top FROM b RETURNING id)
    INSERT INTO public.three (two) SELECT id FROM c;";

/// Ends the writer, also when a check fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

const PARALLEL: &[&str] = &["--format=directory", "--jobs=4"];

#[test]
fn writers_do_not_tear_a_parallel_dump() {
    let cluster = cluster_with(&[]);
    cluster.createdb("busy").expect("a database");
    cluster.psql("busy", SCHEMA).expect("the schema");
    cluster.psql("busy", &WRITE.repeat(300)).expect("rows");
    let rules = "[[table]]\nname = 'public.one'\nwhere = 'id % 5 <> 2'\n\
                 [subset]\nstart = 'public.top'\nwhere = 'id % 2 = 0'\n";
    let filtered = Filtered::before(cluster, rules);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _stop = Stop(&stop);
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let sql = format!(
                    "{WRITE} DELETE FROM public.top WHERE id = (SELECT min(id) FROM public.top); \
                                   UPDATE public.three SET up = (SELECT max(id) FROM public.three) WHERE id % 7 = 0;"
                );
                filtered.cluster.psql("busy", &sql.repeat(20)).expect("a write");
            }
        });
        for round in 0..4 {
            let dump = filtered.dump("busy", PARALLEL);
            let copy = format!("copy_{round}");
            filtered.restore(&dump, PARALLEL, &copy);
            let left_out = "SELECT count(*) FROM one WHERE id % 5 = 2";
            assert_eq!(filtered.cluster.psql(&copy, left_out).expect("a count").trim(), "0");
            let three = filtered
                .cluster
                .psql(&copy, "SELECT count(*) > 50 FROM three")
                .expect("a count");
            assert_eq!(three.trim(), "t");
            std::fs::remove_dir_all(dump).expect("no dump");
        }
    });
    filtered.proxy.verify_log();
}

/// Rows grow old while the dump runs: whether they are too old is asked of one moment.
#[test]
fn the_present_is_one() {
    let cluster = cluster_with(&[]);
    cluster.createdb("aging").expect("a database");
    cluster.psql("aging", SCHEMA).expect("the schema");
    let rows = "
        INSERT INTO public.top (at) SELECT now() - interval '1 hour' + i * interval '1 millisecond' FROM generate_series(1, 30000) i;
        INSERT INTO public.one (top) SELECT id FROM public.top;
        INSERT INTO public.two (one, top) SELECT id, top FROM public.one;
        INSERT INTO public.three (two, up) SELECT id, id FROM public.two;";
    cluster.psql("aging", rows).expect("rows");
    let filtered = Filtered::before(
        cluster,
        "[[table]]\nname = 'public.top'\nwhere = \"at > now() - interval '1 hour'\"\n",
    );
    let dump = filtered.dump("aging", PARALLEL);
    filtered.restore(&dump, PARALLEL, "aged");
    let counts = "SELECT (SELECT count(*) FROM top), (SELECT count(*) FROM one), (SELECT count(*) FROM two), (SELECT count(*) FROM three)";
    let counts = filtered.cluster.psql("aged", counts).expect("counts");
    let counts: Vec<usize> = counts
        .trim()
        .split('|')
        .map(|count| count.parse().expect("a count"))
        .collect();
    assert!(counts.iter().all(|count| *count == counts[0]), "{counts:?}");
    assert!((1..30000).contains(&counts[0]), "{counts:?}");
}
