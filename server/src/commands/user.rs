//! `holdfast user`

use std::{
    error::Error,
    io::{self, IsTerminal as _, Write as _},
};

use app::model::Timestamp;
use rand::distr::{Alphanumeric, SampleString as _};
use sqlx::FromRow;
use url::Origin;

use super::due_migrations::{is_new, migrations_are_due};
use crate::{
    accounts::{self, NewAccount, reset_password},
    cli::UserCommand,
    clock::Clock,
    config::Config,
    db::{Db, Schema},
    identity::{password::Passwords, revocation::Revocations, session::SessionScope},
    sql,
};

#[derive(FromRow)]
struct Row {
    id: String,
    email: String,
    name: String,
    email_verified: bool,
    created_at: i64,
    tasks: i64,
}

/// Runs one of them.
pub async fn run(config: &Config, command: UserCommand) -> Result<(), Box<dyn Error>> {
    let database = config.database()?;
    let is_made = matches!(&command, UserCommand::Create { .. }) && is_new(&database).await?;
    if !is_made && let Schema::New { due } | Schema::Old { due } = Db::schema(&database).await? {
        return Err(migrations_are_due(due).into());
    }
    let db = Db::open(&database).await?;
    let clock = Clock::system();
    clock.set_by(&db).await?;
    let outcome = match command {
        UserCommand::List => list(&db).await,
        UserCommand::Create { email, name } => create(config, &db, &clock, email, name).await,
        UserCommand::ResetLink { email } => reset_link(config, &db, &clock, &email).await,
        UserCommand::SignOut { email } => sign_out(&db, &clock, &email).await,
        UserCommand::Delete { email } => delete(&db, &email).await,
    };
    db.close().await;
    outcome
}

/// Tab-separated, with a heading.
async fn list(db: &Db) -> Result<(), Box<dyn Error>> {
    let rows: Vec<Row> = sql!(
        all db.read(),
        "SELECT id, email, name, email_verified, created_at, (SELECT count(*) FROM tasks WHERE user_id = users.id) AS tasks
         FROM users ORDER BY created_at, id"
    )?;
    writeln!(io::stdout(), "id\temail\tname\tconfirmed\tcreated\ttasks")?;
    for row in rows {
        let name: String = row.name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        writeln!(io::stdout(), "{}\t{}\t{name}\t{}\t{}\t{}", row.id, row.email, row.email_verified, Timestamp(row.created_at), row.tasks)?;
    }
    Ok(())
}

/// With the password from standard input, or with a random one and a link to set another.
async fn create(config: &Config, db: &Db, clock: &Clock, email: String, name: String) -> Result<(), Box<dyn Error>> {
    let typed = if io::stdin().is_terminal() { String::new() } else { io::read_to_string(io::stdin())? };
    let typed = typed.trim_end_matches(['\r', '\n']);
    let password = if typed.is_empty() { Alphanumeric.sample_string(&mut rand::rng(), 64) } else { typed.to_owned() };
    let passwords = Passwords::new(config.hash_cost)?;
    let user = accounts::create_user(db, &passwords, NewAccount { name, email, password, image: None }, clock.now()).await?;
    writeln!(io::stdout(), "{}\t{}", user.id, user.email)?;
    if typed.is_empty() { reset_link(config, db, clock, &user.email).await } else { Ok(()) }
}

async fn reset_link(config: &Config, db: &Db, clock: &Clock, email: &str) -> Result<(), Box<dyn Error>> {
    let base_url = config.base_url.as_ref().map_or_else(|| format!("http://{}", config.listen), Origin::ascii_serialization);
    let email = email.to_lowercase();
    let link = reset_password::link(db, &base_url, &email, None, clock.now()).await?;
    let (_, link) = link.ok_or_else(|| format!("nobody has the e-mail {email}"))?;
    writeln!(io::stdout(), "{link}")?;
    Ok(())
}

/// The id of the user with that e-mail, and the e-mail as it is kept.
async fn user_id(db: &Db, email: &str) -> Result<(String, String), Box<dyn Error>> {
    let email = email.to_lowercase();
    let id: Option<(String,)> = sql!(optional db.read(), "SELECT id FROM users WHERE email = $1", &email)?;
    let (id,) = id.ok_or_else(|| format!("nobody has the e-mail {email}"))?;
    Ok((id, email))
}

/// Servers that run learn of it from the database.
async fn sign_out(db: &Db, clock: &Clock, email: &str) -> Result<(), Box<dyn Error>> {
    let (id, email) = user_id(db, email).await?;
    Revocations::default().end(db, &id, SessionScope::All, clock.now()).await?;
    writeln!(io::stdout(), "{id}\t{email}\tsigned out")?;
    Ok(())
}

async fn delete(db: &Db, email: &str) -> Result<(), Box<dyn Error>> {
    let (id, email) = user_id(db, email).await?;
    accounts::remove_user(db, &id).await?;
    db.cut_log().await?;
    writeln!(io::stdout(), "{id}\t{email}\tdeleted")?;
    Ok(())
}
