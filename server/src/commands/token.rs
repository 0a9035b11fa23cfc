//! `holdfast token`

use std::{
    error::Error,
    io::{self, Write as _},
};

use crate::{
    auth::token::Tokens,
    clock::Clock,
    config::{Config, TokenCommand},
};

/// Runs it.
pub fn run(config: &Config, TokenCommand::Mint { user_id, ttl }: TokenCommand) -> Result<(), Box<dyn Error>> {
    let tokens = Tokens::new(&config.secret()?, None);
    let now = Clock::system().now();
    writeln!(io::stdout(), "{}", tokens.sign_for(&user_id, now, now + ttl)?)?;
    Ok(())
}
