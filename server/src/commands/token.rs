//! `holdfast token`

use std::{
    error::Error,
    io::{self, Write as _},
};

use super::due_migrations::migrations_are_due;
use crate::{
    cli::TokenCommand,
    clock::Clock,
    config::Config,
    db::{Db, Schema},
    identity::{revocation::Revocation, token::Tokens, trusted_keys::TrustedKeys},
};

/// Runs it.
pub async fn run(config: &Config, command: TokenCommand) -> Result<(), Box<dyn Error>> {
    let clock = Clock::system();
    match command {
        TokenCommand::Mint { user_id, ttl } => {
            let now = clock.now();
            let tokens = Tokens::new(&config.secret()?, None, None, TrustedKeys::new(&[]), config.parties());
            writeln!(io::stdout(), "{}", tokens.sign_for(&user_id, now.seconds(), now + ttl)?)?;
        }
        TokenCommand::RevokeAll => {
            let database = config.database()?;
            if let Schema::New { due } | Schema::Old { due } = Db::schema(&database).await? {
                return Err(migrations_are_due(due).into());
            }
            let db = Db::open(&database).await?;
            clock.set_by(&db).await?;
            let mut transaction = db.begin().await?;
            Revocation::of_all_so_far(clock.now()).insert(&mut transaction).await?;
            transaction.commit().await?;
            db.close().await;
            writeln!(io::stdout(), "every token that was issued so far is refused")?;
        }
    }
    Ok(())
}
