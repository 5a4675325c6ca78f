//! One client from greeting to goodbye: TLS, login, relay.

pub mod client_stream;
mod failed_logins;
pub mod greeting;
pub mod login;
pub mod scram;
pub mod startup_parameters;
pub mod tls;
