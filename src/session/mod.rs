//! One client from greeting to goodbye: TLS, login, relay.

pub mod client_stream;
pub mod greeting;
pub mod startup_parameters;
pub mod tls;
