//! The RFC's test vector, another implementation as the client, and messages out of the grammar.

use super::*;
use postgres_protocol::authentication::sasl::{ChannelBinding, ScramSha256};
use proptest::prelude::*;

/// The verifier of a password under a salt (RFC 5802 section 3).
fn verifier(password: &str, salt: &[u8], iterations: u32) -> ScramVerifier {
    let mut block = hmac(password.as_bytes(), &[salt, &1u32.to_be_bytes()]);
    let mut salted = block;
    for _ in 1..iterations {
        block = hmac(password.as_bytes(), &[&block]);
        salted.iter_mut().zip(block).for_each(|(sum, byte)| *sum ^= byte);
    }
    let stored_key = Sha256::digest(hmac(&salted, &[b"Client Key"])).into();
    ScramVerifier {
        iterations,
        salt: salt.to_vec(),
        stored_key,
        server_key: hmac(&salted, &[b"Server Key"]),
    }
}

/// The exchange of RFC 7677 section 3, up to the challenge.
fn rfc_7677() -> (ClientFinal, Vec<u8>) {
    let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").expect("base64");
    let first = ClientFirst {
        verifier: verifier("pencil", &salt, 4096),
        binding: None,
        server_nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0".to_owned(),
    };
    first
        .exchange(b"SCRAM-SHA-256", b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
        .expect("well-formed")
}

const RFC_7677_FINAL: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
    p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

#[test]
fn the_test_vector_of_rfc_7677_holds() {
    let (state, challenge) = rfc_7677();
    assert_eq!(
        challenge,
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    );
    let outcome = state.exchange(RFC_7677_FINAL.as_bytes());
    assert_eq!(
        outcome,
        Ok(Outcome::Proven(
            b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".to_vec()
        ))
    );
}

/// Logs in as another implementation does, with the password `geheim`.
fn log_in(
    mechanism: &str,
    client: ChannelBinding,
    binding: Option<&[u8]>,
    password: &str,
) -> Result<Outcome, ScramError> {
    let mut client = ScramSha256::new(password.as_bytes(), client);
    let first = ClientFirst::new(verifier("geheim", b"salt", 4096), binding)?;
    let (state, challenge) = first.exchange(mechanism.as_bytes(), client.message())?;
    client.update(&challenge).expect("the client accepts the challenge");
    let outcome = state.exchange(client.message())?;
    if let Outcome::Proven(proof) = &outcome {
        client.finish(proof).expect("the client accepts the server's proof");
    }
    Ok(outcome)
}

#[test]
fn another_implementation_logs_in_with_the_right_password_only() {
    let plain = |password| log_in(SCRAM_SHA_256, ChannelBinding::unsupported(), None, password);
    assert!(matches!(plain("geheim"), Ok(Outcome::Proven(_))));
    assert_eq!(plain("geheimer"), Ok(Outcome::Denied));
}

#[test]
fn channel_binding_is_checked_and_cannot_be_talked_away() {
    let ours = Some(&b"hash of our certificate"[..]);
    let bound = |data: &[u8]| ChannelBinding::tls_server_end_point(data.to_vec());
    let log_in = |mechanism, client, ours| log_in(mechanism, client, ours, "geheim");
    let proven = |outcome| matches!(outcome, Ok(Outcome::Proven(_)));
    assert!(proven(log_in(
        SCRAM_SHA_256_PLUS,
        bound(b"hash of our certificate"),
        ours
    )));
    assert_eq!(
        log_in(SCRAM_SHA_256_PLUS, bound(b"of another"), ours),
        Err(ScramError::Binding)
    );
    // The flag "y": able to bind, but told that the server is not.
    assert_eq!(
        log_in(SCRAM_SHA_256, ChannelBinding::unrequested(), ours),
        Err(ScramError::Downgrade)
    );
    assert!(proven(log_in(SCRAM_SHA_256, ChannelBinding::unrequested(), None)));
    // The flag "n": not able to bind.
    assert!(proven(log_in(SCRAM_SHA_256, ChannelBinding::unsupported(), ours)));
    assert_eq!(
        log_in(SCRAM_SHA_256_PLUS, ChannelBinding::unsupported(), ours),
        Err(ScramError::BindingFlag)
    );
    assert_eq!(
        log_in(SCRAM_SHA_256_PLUS, bound(b"x"), None),
        Err(ScramError::Mechanism)
    );
    assert_eq!(log_in(SCRAM_SHA_256, bound(b"x"), ours), Err(ScramError::BindingFlag));
}

#[test]
fn first_messages_out_of_the_grammar_are_refused() {
    let first = |mechanism: &str, input: &[u8]| {
        let state = ClientFirst::new(verifier("x", b"salt", 1), Some(b"hash")).expect("random bytes");
        state
            .exchange(mechanism.as_bytes(), input)
            .map(|_| ())
            .expect_err("refused")
    };
    let cases: [(&str, &[u8], ScramError); 9] = [
        (SCRAM_SHA_256, b"n,a=root,n=,r=x", ScramError::AuthorizationIdentity),
        (SCRAM_SHA_256, b"n,,m=x,n=,r=x", ScramError::Extension),
        (SCRAM_SHA_256, b"n,,r=x", ScramError::Malformed),
        (SCRAM_SHA_256, b"n,,n=,r=", ScramError::Malformed),
        (SCRAM_SHA_256, b"n,,n=,r=\x07", ScramError::Malformed),
        (SCRAM_SHA_256, b"n,,n=,r=x,junk", ScramError::Malformed),
        (SCRAM_SHA_256, b"x,,n=,r=x", ScramError::Malformed),
        (SCRAM_SHA_256_PLUS, b"p=tls-unique,,n=,r=x", ScramError::BindingType),
        ("PLAIN", b"n,,n=,r=x", ScramError::Mechanism),
    ];
    for (mechanism, input, error) in cases {
        assert_eq!(first(mechanism, input), error, "{}", input.escape_ascii());
    }
}

#[test]
fn final_messages_out_of_this_exchange_are_refused() {
    let last = |text: &str| rfc_7677().0.exchange(text.as_bytes());
    assert_eq!(
        last(&RFC_7677_FINAL.replace("c=biws", "c=eSws")),
        Err(ScramError::Binding)
    );
    assert_eq!(last(&RFC_7677_FINAL.replace("$k0", "$k1")), Err(ScramError::Nonce));
    assert_eq!(last(&RFC_7677_FINAL.replace("p=dHz", "p=eHz")), Ok(Outcome::Denied));
    assert_eq!(last(&RFC_7677_FINAL.replace("dVQ=", "")), Err(ScramError::Malformed));
    assert_eq!(last(&RFC_7677_FINAL.replace(",p=", ",q=")), Err(ScramError::Malformed));
    // An extension is part of what is signed.
    assert_eq!(last(&RFC_7677_FINAL.replace(",p=", ",x=y,p=")), Ok(Outcome::Denied));
}

proptest! {
    #[test]
    fn any_bytes_are_answered(first: Vec<u8>, last: Vec<u8>, text in "[a-z=,]{0,40}") {
        for input in [&first[..], text.as_bytes()] {
            let state = ClientFirst::new(verifier("x", b"salt", 1), Some(b"binding")).expect("random bytes");
            let _ = state.exchange(SCRAM_SHA_256.as_bytes(), input);
        }
        let (state, _) = ClientFirst::new(verifier("x", b"salt", 1), None)
            .and_then(|state| state.exchange(SCRAM_SHA_256.as_bytes(), b"n,,n=,r=x"))
            .expect("well-formed");
        prop_assert!(!matches!(state.exchange(&last), Ok(Outcome::Proven(_))));
    }
}
