//! CancelRequest: only with the key that the session was told.

use std::time::{Duration, Instant};

use super::peer::packet;
use super::*;
use crate::harness::cluster_with;

fn request(key: &[u8]) -> Vec<u8> {
    packet(&[&80_877_102u32.to_be_bytes()[..], key].concat())
}

fn send(port: u16, key: &[u8]) {
    let mut peer = Peer::connect(port);
    peer.send(&request(key));
    assert!(peer.until_end().is_empty(), "a CancelRequest has no answer");
}

#[test]
fn the_right_key_and_no_other() {
    let cluster = cluster_with(&["pagila"]);
    let proxy = Proxy::start(&cluster, RULES);
    let mut sleeper = Peer::through(&proxy, "pagila");
    let mut other = Peer::through(&proxy, "pagila");
    assert_ne!(sleeper.key, other.key);
    let began = Instant::now();
    sleeper.send(&Script::new().query("SELECT pg_sleep(2), 'slept'").bytes);
    while !proxy.log().contains("pg_sleep") {
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut wrong = sleeper.key.clone();
    wrong[7] ^= 1;
    send(proxy.port, &wrong);
    send(proxy.port, &other.key);
    send(proxy.port, &[&sleeper.key[..4], &other.key[4..]].concat());
    send(proxy.port, &[sleeper.key.clone(), vec![0; 4]].concat());
    send(proxy.port, &[0; 8]);
    let slept = sleeper.until_ready();
    assert_eq!(slept.iter().map(|message| message.tag).collect::<Vec<_>>(), b"TDCZ");
    assert!(began.elapsed() >= Duration::from_secs(2));
    assert_eq!(other.values("SELECT 'not disturbed'"), ["not disturbed"]);

    let began = Instant::now();
    sleeper.send(&Script::new().query("SELECT pg_sleep(100)").query("SELECT 'next'").bytes);
    let sleeps = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(100)%' AND wait_event = 'PgSleep'";
    while cluster.psql("postgres", sleeps).expect("a count").trim() != "1" {
        std::thread::sleep(Duration::from_millis(10));
    }
    send(proxy.port, &sleeper.key);
    let cancelled = sleeper.until_ready();
    assert_eq!(cancelled[1].error().0, "57014", "{cancelled:?}");
    assert!(began.elapsed() < Duration::from_secs(50));
    assert_eq!(sleeper.until_ready().len(), 4, "the statement behind it runs");
    let log = proxy.log();
    assert_eq!(
        log.matches("\"event.outcome\":\"success\"").count(),
        2,
        "the other's and its own"
    );
    assert_eq!(log.matches("\"event.outcome\":\"failure\"").count(), 4);
    let key = sleeper.key.clone();
    drop(sleeper);
    std::thread::sleep(Duration::from_millis(200));
    send(proxy.port, &key);
    proxy.verify_log();
}
