//! The index of the search: which tasks may match. `app::model` decides which do.
//!
//! It knows a task by the [`pieces`] of its title, description and tags: pieces of up to three characters, each as a number
//! that is made of the owner and the piece. Tasks of other users have other numbers and slow no search down, and no text
//! is in the index. SQLite has the numbers as words of a full-text table, PostgreSQL as an array with a GIN index.
//!
//! PostgreSQL's is written in the transaction that writes the task. SQLite's follows some seconds later, many tasks at a
//! time, which costs less than a tenth of what a create costs: until then, a search looks at the owner's new tasks one by one.

use std::sync::atomic::{AtomicUsize, Ordering};

use app::model::{Search, folded, pieces};
use sha2::{Digest as _, Sha256};

use crate::{
    db::{Db, On, with_statement_timeout},
    problem::{Error, Result},
    sql,
};

/// Of how many bits of the hash of the owner a number is made: they come first, so that an owner's are side by side.
const OWNER_BITS: u32 = 20;
/// And of how many of that of the piece. Two pieces with one number cost a look at some more tasks.
const PIECE_BITS: u32 = 30;
/// How many numbers of a text there may be, with those that are there twice, until it is looked which are.
const SORTED_AT: usize = 4096;
/// Bits that a letter of a word stands for.
const LETTER_BITS: u32 = 5;
const LETTERS: &[u8; 1 << LETTER_BITS] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Tasks that are indexed in one transaction: some milliseconds.
const INDEXED_AT_ONCE: i64 = 500;

/// How many pages are tidied in one transaction: some milliseconds.
const TIDIED_AT_ONCE: i64 = 64;
/// How many transactions that takes at most.
const TIDIED_MOST: u32 = 100_000;

/// What one owner's pieces are to the index.
struct Numbers {
    owner: u64,
    found: Vec<i64>,
    /// How many there are when they are sorted the next time.
    sorted_at: usize,
}

impl Numbers {
    fn of(owner: &str) -> Self {
        let hash = Sha256::digest(owner);
        Self { owner: hash.iter().take(8).fold(0, |key, byte| key << 8 | u64::from(*byte)), found: Vec::new(), sorted_at: SORTED_AT }
    }

    fn add(&mut self, piece: &str) {
        // FNV-1a, begun with the owner, and stirred as splitmix64 does: its upper bits alone would hardly differ.
        let mut hash = piece.bytes().fold(self.owner, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        let number = (self.owner >> (64 - OWNER_BITS)) << PIECE_BITS | (hash ^ hash >> 31) >> (64 - PIECE_BITS);
        self.found.push(number.cast_signed());
        // A text may be long and of few pieces: what there is twice takes no room.
        if self.found.len() >= self.sorted_at {
            self.sort();
            self.sorted_at = SORTED_AT.max(2 * self.found.len());
        }
    }

    fn sort(&mut self) {
        self.found.sort_unstable();
        self.found.dedup();
    }

    fn sorted(mut self) -> Vec<i64> {
        self.sort();
        self.found
    }
}

/// What the index knows of a task.
pub fn numbers_of_task(owner: &str, title: &str, description: Option<&str>, tags: &[String]) -> Vec<i64> {
    let mut numbers = Numbers::of(owner);
    pieces(&folded(title, description, tags), |piece| numbers.add(piece));
    numbers.sorted()
}

/// What to ask the database's index for: a query of SQLite's full-text table, or an array of PostgreSQL as text.
pub fn wanted(db: &Db, owner: &str, search: &Search) -> String {
    let numbers = numbers_of_search(owner, search);
    match db {
        Db::Sqlite { .. } => as_words(&numbers),
        Db::Postgres { .. } => as_array(&numbers),
    }
}

/// Numbers as PostgreSQL writes an array.
fn as_array(numbers: &[i64]) -> String {
    format!("{{{}}}", numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(","))
}

/// What the index must know of a task for the search to find it.
fn numbers_of_search(owner: &str, search: &Search) -> Vec<i64> {
    let mut numbers = Numbers::of(owner);
    for piece in search.pieces() {
        numbers.add(piece);
    }
    numbers.sorted()
}

/// Numbers as words of the same length between spaces: a text of SQLite's index, and a query that wants them all.
pub fn as_words(numbers: &[i64]) -> String {
    let letters = (OWNER_BITS + PIECE_BITS) / LETTER_BITS;
    let mut words = String::with_capacity(numbers.len() * (letters as usize + 1));
    for number in numbers {
        if !words.is_empty() {
            words.push(' ');
        }
        for at in (0..letters).rev() {
            let letter = number >> (at * LETTER_BITS) & (i64::from(1_u32 << LETTER_BITS) - 1);
            words.push(LETTERS[usize::try_from(letter).unwrap_or(0)].into());
        }
    }
    words
}

/// Indexes the tasks that are not in the index yet. The start waits for it; if it is interrupted, the next start goes on.
pub async fn fill(db: &Db) -> Result<()> {
    let mut count = 0;
    loop {
        let added = match db {
            Db::Sqlite { .. } => index_some(db).await?,
            Db::Postgres { .. } => fill_some(db).await?,
        };
        if added == 0 {
            break;
        }
        count += added;
    }
    if count > 0 {
        tracing::info!(count, "the index of the search has all tasks");
    }
    Ok(())
}

/// The tags of such a text.
pub fn tags_of(joined: &str) -> Vec<String> {
    joined.split('\n').filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// How many tasks have been made since SQLite's index was last looked after.
#[derive(Debug, Default)]
pub struct Backlog(AtomicUsize);

impl Backlog {
    /// A task was made.
    pub fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many have been made since the last call.
    pub fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// Puts the oldest tasks that are not in SQLite's index there; how many.
async fn index_some(db: &Db) -> Result<usize> {
    let mut transaction = db.begin().await?;
    let sql = "SELECT number, user_id, title, description, tags FROM tasks
               WHERE number > (SELECT indexed_up_to FROM task_search_state) ORDER BY number LIMIT $1";
    let tasks: Vec<(i64, String, String, Option<String>, String)> = sql!(all transaction.on(), sql, INDEXED_AT_ONCE)?;
    let Some((last, ..)) = tasks.last() else { return Ok(0) };
    let words = |(number, owner, title, description, tags): &(i64, String, String, Option<String>, String)| {
        (*number, as_words(&numbers_of_task(owner, title, description.as_deref(), &tags_of(tags))))
    };
    let words = serde_json::to_string(&tasks.iter().map(words).collect::<Vec<_>>()).map_err(Error::internal)?;
    let sql = "INSERT INTO task_search (rowid, pieces) SELECT value ->> 0, value ->> 1 FROM json_each($1)";
    sql!(execute transaction.on(), sql, words)?;
    sql!(execute transaction.on(), "UPDATE task_search_state SET indexed_up_to = $1", last)?;
    transaction.commit().await?;
    Ok(tasks.len())
}

/// Puts some tasks of an older version into PostgreSQL's index; how many. Those that are made now put themselves there.
async fn fill_some(db: &Db) -> Result<usize> {
    let mut transaction = db.begin().await?;
    // Locks the row: of several processes that start together, one at a time works.
    let sql = "UPDATE task_search_state SET up_to = up_to WHERE NOT is_done RETURNING up_to";
    let Some((up_to,)): Option<(String,)> = sql!(optional transaction.on(), sql)? else { return Ok(0) };
    // Locked against deletion until they are in the index, so that the deletion removes them there.
    let sql = "SELECT id, user_id, title, description, tags FROM tasks WHERE id > $1 ORDER BY id LIMIT $2 FOR KEY SHARE";
    let tasks: Vec<(String, String, String, Option<String>, String)> = sql!(all transaction.on(), sql, &up_to, INDEXED_AT_ONCE)?;
    if let On::Postgres(on) = transaction.on() {
        let ids: Vec<_> = tasks.iter().map(|(id, ..)| id.as_str()).collect();
        let pieces = |(_, owner, title, description, tags): &(String, String, String, Option<String>, String)| {
            as_array(&numbers_of_task(owner, title, description.as_deref(), &tags_of(tags)))
        };
        let pieces: Vec<_> = tasks.iter().map(pieces).collect();
        let sql = "INSERT INTO task_search (task_id, pieces)
                   SELECT id, pieces::BIGINT[] FROM unnest($1::TEXT[], $2::TEXT[]) AS new (id, pieces) ON CONFLICT (task_id) DO NOTHING";
        with_statement_timeout(sqlx::query(sql).bind(ids).bind(pieces).execute(on)).await?;
    }
    match tasks.last() {
        Some((last, ..)) => sql!(execute transaction.on(), "UPDATE task_search_state SET up_to = $1", last)?,
        None => sql!(execute transaction.on(), "UPDATE task_search_state SET up_to = '', is_done = TRUE")?,
    };
    transaction.commit().await?;
    Ok(tasks.len())
}

/// Merges the segments of SQLite's full-text table, in steps: until then, a deleted task is only marked as deleted there.
pub async fn tidy(db: &Db) -> Result<()> {
    // A negative number begins to merge all segments; positive ones continue (SQLite FTS5, section 6.8).
    let mut pages = -TIDIED_AT_ONCE;
    for _ in 0..TIDIED_MOST {
        let mut transaction = db.begin().await?;
        let before: i64 = sql!(scalar transaction.on(), "SELECT total_changes()")?;
        sql!(execute transaction.on(), "INSERT INTO task_search (task_search, rank) VALUES ('merge', $1)", pages)?;
        let after: i64 = sql!(scalar transaction.on(), "SELECT total_changes()")?;
        transaction.commit().await?;
        // Fewer than two changes: done (SQLite FTS5, section 6.8).
        if after - before < 2 {
            db.deleted_for_good();
            return Ok(());
        }
        pages = TIDIED_AT_ONCE;
    }
    Err(Error::internal("the index of the search was not tidied to its end"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_of_one_owner_and_words_of_one_length() {
        let (ada, bob) = (numbers_of_task("ada", "Buy milk", None, &[]), numbers_of_task("bob", "Buy milk", None, &[]));
        assert_eq!(ada.len(), 7, "b, bu, buy, m, mi, mil, ilk");
        assert!(ada.iter().all(|number| (0..1 << 50).contains(number) && !bob.contains(number)));
        let words = as_words(&ada);
        assert!(words.split(' ').all(|word| word.len() == 10 && word.bytes().all(|letter| LETTERS.contains(&letter))), "{words}");
        let search = Search::read("MILK b").ok().flatten().expect("a search");
        assert!(numbers_of_search("ada", &search).iter().all(|number| ada.contains(number)));
        assert!(!numbers_of_search("bob", &search).iter().any(|number| ada.contains(number)));
    }
}
