//! Logging in to the server, without IO: a message in, what to answer out
//! (PostgreSQL docs, "Message Flow", "Start-up" and "SASL Authentication"; RFC 5802, RFC 7677).

use std::io;

use postgres_protocol::authentication::{md5_hash, sasl};
use thiserror::Error;
use zeroize::Zeroizing;

use super::messages::message;
use super::url::ChannelBinding;
use crate::wire::read::{Malformed, Reader};
use crate::wire::tag::request;

const SCRAM: &[u8] = b"SCRAM-SHA-256";
const SCRAM_PLUS: &[u8] = b"SCRAM-SHA-256-PLUS";

/// Why the login did not come to an end.
#[derive(Debug, Error)]
pub enum LoginError {
    /// A message of the server cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The server asks for a password and there is none.
    #[error(
        "the server asks for a password for user {user:?}; give it by PGPASSWORD, by ~/.pgpass, \
         or by a password file or environment variable named in the configuration"
    )]
    NoPassword {
        /// Database user.
        user: String,
    },
    /// The server asks for the password itself over an unencrypted connection.
    #[error("the server asks for the cleartext password over an unencrypted connection; refused")]
    Cleartext,
    /// A method that is not supported.
    #[error("the server asks for {0} authentication, which is not supported")]
    Method(String),
    /// The SCRAM exchange failed: the server may not know the password either.
    #[error("SCRAM exchange with the server failed: {0}")]
    Scram(io::Error),
    /// `channel_binding=require`, and the server logged in otherwise.
    #[error("channel_binding=require, but the server offers no SCRAM-SHA-256-PLUS over TLS")]
    NoChannelBinding,
    /// The server skipped a step of the exchange.
    #[error("the server left out a step of the authentication exchange")]
    OutOfOrder,
}

/// What comes after a message of the server.
pub(super) enum Step {
    /// Send this.
    Send(Zeroizing<Vec<u8>>),
    /// Nothing to send, wait for the next message.
    Wait,
    /// Logged in.
    Done,
}

/// What the login knows at its start.
pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: Option<Zeroizing<String>>,
    /// Whether the connection is encrypted.
    pub(super) is_encrypted: bool,
    /// `tls-server-end-point` of the connection (RFC 5929); `None` without TLS, and for certificates whose
    /// signature algorithm has no single hash.
    pub(super) end_point: Option<Vec<u8>>,
    pub(super) channel_binding: ChannelBinding,
    pub(super) state: State,
}

/// How far the exchange has come.
pub(super) enum State {
    /// No request yet.
    Start,
    /// The initial SCRAM message is out.
    ScramStarted(sasl::ScramSha256),
    /// The SCRAM proof is out; the server must prove itself.
    ScramProved(sasl::ScramSha256),
    /// All that this side has to say is said.
    Answered,
}

impl Login {
    /// Takes the body of an Authentication message.
    pub(super) fn step(&mut self, body: &[u8]) -> Result<Step, LoginError> {
        let mut reader = Reader::new(body);
        let kind = reader.int32()?;
        let state = std::mem::replace(&mut self.state, State::Answered);
        match (kind, state) {
            (0, State::Start) => self.refuse_without_binding().map(|()| Step::Done),
            (0, State::Answered) => Ok(Step::Done),
            (3, State::Start) => self.cleartext(),
            (5, State::Start) => self.md5(&mut reader),
            (10, State::Start) => self.start_scram(&mut reader),
            (11, State::ScramStarted(mut scram)) => {
                scram.update(reader.rest()).map_err(LoginError::Scram)?;
                let answer = message(request::PASSWORD, &[scram.message()]);
                self.state = State::ScramProved(scram);
                Ok(Step::Send(Zeroizing::new(answer)))
            }
            (12, State::ScramProved(mut scram)) => {
                scram.finish(reader.rest()).map_err(LoginError::Scram)?;
                Ok(Step::Wait)
            }
            (0 | 3 | 5 | 10 | 11 | 12, _) => Err(LoginError::OutOfOrder),
            (other, _) => Err(LoginError::Method(method_name(other))),
        }
    }

    fn password(&self) -> Result<&Zeroizing<String>, LoginError> {
        let missing = || LoginError::NoPassword {
            user: self.user.clone(),
        };
        self.password.as_ref().ok_or_else(missing)
    }

    fn refuse_without_binding(&self) -> Result<(), LoginError> {
        match self.channel_binding {
            ChannelBinding::Require => Err(LoginError::NoChannelBinding),
            _ => Ok(()),
        }
    }

    fn cleartext(&self) -> Result<Step, LoginError> {
        self.refuse_without_binding()?;
        if !self.is_encrypted {
            return Err(LoginError::Cleartext);
        }
        Ok(password_message(self.password()?.as_bytes()))
    }

    fn md5(&self, reader: &mut Reader<'_>) -> Result<Step, LoginError> {
        self.refuse_without_binding()?;
        let bytes = reader.bytes(4)?;
        let salt = [bytes[0], bytes[1], bytes[2], bytes[3]];
        let hash = md5_hash(self.user.as_bytes(), self.password()?.as_bytes(), salt);
        Ok(password_message(Zeroizing::new(hash).as_bytes()))
    }

    fn start_scram(&mut self, reader: &mut Reader<'_>) -> Result<Step, LoginError> {
        let (mut plain, mut plus, mut names) = (false, false, Vec::new());
        loop {
            match reader.string()? {
                b"" => break,
                SCRAM => plain = true,
                SCRAM_PLUS => plus = true,
                other => names.push(String::from_utf8_lossy(other).into_owned()),
            }
        }
        let wants_binding = self.channel_binding != ChannelBinding::Disable;
        let (name, binding) = match self.end_point.take().filter(|_| wants_binding) {
            Some(hash) if plus => (SCRAM_PLUS, sasl::ChannelBinding::tls_server_end_point(hash)),
            _ if self.channel_binding == ChannelBinding::Require => {
                return Err(LoginError::NoChannelBinding);
            }
            // "y": tells a server that does offer binding that somebody removed the offer on the way.
            Some(_) if plain => (SCRAM, sasl::ChannelBinding::unrequested()),
            None if plain => (SCRAM, sasl::ChannelBinding::unsupported()),
            _ => return Err(LoginError::Method(format!("SASL ({})", names.join(", ")))),
        };
        let scram = sasl::ScramSha256::new(self.password()?.as_bytes(), binding);
        let initial = scram.message();
        let length = i32::try_from(initial.len()).unwrap_or(i32::MAX).to_be_bytes();
        let answer = message(request::PASSWORD, &[name, b"\0", &length, initial]);
        self.state = State::ScramStarted(scram);
        Ok(Step::Send(Zeroizing::new(answer)))
    }
}

fn password_message(password: &[u8]) -> Step {
    Step::Send(Zeroizing::new(message(request::PASSWORD, &[password, b"\0"])))
}

/// Names of the authentication requests (PostgreSQL docs, "Message Formats").
fn method_name(kind: i32) -> String {
    match kind {
        2 => "Kerberos V5".to_owned(),
        6 => "SCM credential".to_owned(),
        7 | 8 => "GSSAPI".to_owned(),
        9 => "SSPI".to_owned(),
        other => format!("number {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login() -> Login {
        Login {
            user: "ada".to_owned(),
            password: Some(Zeroizing::new("s3cret".to_owned())),
            is_encrypted: false,
            end_point: None,
            channel_binding: ChannelBinding::Prefer,
            state: State::Start,
        }
    }

    fn request(kind: i32, rest: &[u8]) -> Vec<u8> {
        [&kind.to_be_bytes(), rest].concat()
    }

    fn sent(step: Result<Step, LoginError>) -> Vec<u8> {
        match step {
            Ok(Step::Send(bytes)) => bytes.to_vec(),
            _ => panic!("nothing to send"),
        }
    }

    #[test]
    fn trust_needs_no_password() {
        let mut login = Login {
            password: None,
            ..login()
        };
        assert!(matches!(login.step(&request(0, b"")), Ok(Step::Done)));
    }

    #[test]
    fn md5_is_salted_and_hashed() {
        let bytes = sent(login().step(&request(5, &[1, 2, 3, 4])));
        assert_eq!(&bytes[..8], b"p\0\0\0\x28md5");
        assert_eq!(bytes.len(), 1 + 0x28);
        assert!(login().step(&request(5, &[1, 2])).is_err());
    }

    #[test]
    fn cleartext_goes_only_over_an_encrypted_connection() {
        assert!(matches!(login().step(&request(3, b"")), Err(LoginError::Cleartext)));
        let mut login = Login {
            is_encrypted: true,
            ..login()
        };
        assert_eq!(sent(login.step(&request(3, b""))), b"p\0\0\0\x0bs3cret\0");
    }

    #[test]
    fn scram_is_bound_when_both_sides_can() {
        let offer = request(10, b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0");
        let plain_offer = request(10, b"SCRAM-SHA-256\0\0");
        let over_tls = || Login {
            end_point: Some(vec![7; 32]),
            is_encrypted: true,
            ..login()
        };
        let has = |bytes: Vec<u8>, part: &str| String::from_utf8_lossy(&bytes).contains(part);
        assert!(has(sent(over_tls().step(&offer)), "SCRAM-SHA-256-PLUS\0"));
        assert!(has(sent(over_tls().step(&plain_offer)), "y,,n="));
        assert!(has(sent(login().step(&offer)), "n,,n="));
        let mut disabled = Login {
            channel_binding: ChannelBinding::Disable,
            ..over_tls()
        };
        assert!(has(sent(disabled.step(&offer)), "n,,n="));
    }

    #[test]
    fn required_binding_refuses_every_other_way() {
        let required = |end_point| Login {
            channel_binding: ChannelBinding::Require,
            end_point,
            ..login()
        };
        let hash = || Some(vec![7; 32]);
        for end_point in [None, hash()] {
            for body in [request(0, b""), request(3, b""), request(5, &[0; 4])] {
                assert!(required(end_point.clone()).step(&body).is_err());
            }
        }
        let offer = request(10, b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0");
        assert!(required(None).step(&offer).is_err());
        assert!(required(hash()).step(&request(10, b"SCRAM-SHA-256\0\0")).is_err());
        assert!(required(hash()).step(&offer).is_ok());
    }

    #[test]
    fn no_step_may_be_left_out() {
        let offer = request(10, b"SCRAM-SHA-256\0\0");
        let mut login = login();
        sent(login.step(&offer));
        assert!(matches!(login.step(&request(0, b"")), Err(LoginError::OutOfOrder)));
        let mut login = self::login();
        sent(login.step(&offer));
        assert!(matches!(
            login.step(&request(12, b"v=AAAA")),
            Err(LoginError::OutOfOrder)
        ));
        let mut login = self::login();
        sent(login.step(&offer));
        assert!(matches!(
            login.step(&request(11, b"r=x,s=eA==,i=1")),
            Err(LoginError::Scram(_))
        ));
        assert!(matches!(
            self::login().step(&request(11, b"")),
            Err(LoginError::OutOfOrder)
        ));
    }

    #[test]
    fn other_methods_are_named() {
        let error = |kind| login().step(&request(kind, b"")).err().unwrap().to_string();
        assert!(error(7).contains("GSSAPI"));
        assert!(error(42).contains("number 42"));
        assert!(matches!(login().step(b"\0"), Err(LoginError::Malformed(_))));
        let unknown = login().step(&request(10, b"OAUTHBEARER\0\0")).err().unwrap();
        assert!(unknown.to_string().contains("OAUTHBEARER"));
        let mut login = Login {
            password: None,
            ..login()
        };
        assert!(matches!(
            login.step(&request(5, &[0; 4])),
            Err(LoginError::NoPassword { .. })
        ));
    }
}
