//! The cases.

use super::check;

#[test]
fn columns_stay_what_they_are() {
    check(&[("SELECT email FROM app.customers", "email=customers.email", "")]);
}
