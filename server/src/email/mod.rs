//! E-mail: what is written, how it is sent, and the tokens in mailed links.

pub mod mail_token;
pub mod mailer;
pub mod templates;
