//! When devices were last seen: written by every node at once, beside whatever else happens to sessions, and never lost.

use std::time::Duration;

use app::model::Timestamp;
use server::{identity::session::SessionScope, jobs::last_seen, sql};
use sqlx::AssertSqlSafe;

use crate::support::{Person, Server};

/// Begins so many sessions of a person, without a hash for each; their ids.
async fn begin_sessions(server: &Server, person: &Person<'_>, round: usize, count: usize) -> Vec<String> {
    let now = server.state.clock.now().0;
    let id = |n: usize| format!("session{round:04}{n:021}");
    let row = |n| format!("('{}', '{}', TRUE, {}, {now}, {now}, {now})", id(n), person.id, now + 86_400_000);
    let rows: Vec<_> = (0..count).map(row).collect();
    let sql = "INSERT INTO sessions (id, user_id, remember, expires_at, created_at, updated_at, last_seen_at) VALUES ";
    sql!(execute server.state.db.write(), AssertSqlSafe(format!("{sql}{}", rows.join(", ")))).unwrap();
    (0..count).map(id).collect()
}

/// When each of these was last seen by what is written, in the order of their ids.
async fn written(server: &Server, person: &Person<'_>, prefix: &str) -> Vec<i64> {
    let sql = "SELECT last_seen_at FROM sessions WHERE user_id = $1 AND id LIKE $2 ORDER BY id";
    let rows: Vec<(i64,)> = sql!(all server.state.db.read(), sql, &person.id, format!("{prefix}%")).unwrap();
    rows.into_iter().map(|(at,)| at).collect()
}

#[tokio::test]
async fn two_nodes_note_the_same_sessions_while_all_are_ended_and_none_of_them_fails() {
    let one = Server::start().await;
    let two = one.beside().await;
    let (ada, bob) = (one.person("Ada").await, one.person("Bob").await);
    for round in 0..30 {
        let sessions = begin_sessions(&one, &ada, round, 40).await;
        let kept = begin_sessions(&one, &bob, 1_000 + round, 40).await;
        one.advance(Duration::from_secs(1));
        let now = one.state.clock.now();
        for id in sessions.iter().chain(&kept) {
            one.state.last_seen.note(id, now);
            two.state.last_seen.note(id, now);
        }
        let (first, second, ended) = tokio::join!(
            last_seen::write(&one.state),
            last_seen::write(&two.state),
            one.state.revocations.end(&one.state.db, &ada.id, SessionScope::All, now)
        );
        assert!(first.is_ok() && second.is_ok() && ended.is_ok(), "round {round}: {first:?} {second:?} {ended:?}");
        // What a session that was busy had to leave is written the next time.
        last_seen::write(&one.state).await.unwrap();
        assert_eq!(written(&one, &bob, &format!("session{:04}", 1_000 + round)).await, vec![now.0; 40], "round {round}");
        last_seen::write(&two.state).await.unwrap();
        for id in &sessions {
            assert_eq!((one.state.last_seen.of(id), two.state.last_seen.of(id)), (None, None), "of ended sessions nothing is kept");
        }
    }
}

#[tokio::test]
async fn what_was_noted_while_the_database_was_away_is_written_when_it_is_back_and_a_later_time_stays() {
    let server = Server::start().await;
    let ada = server.person("Ada").await;
    // More than one batch.
    let sessions = begin_sessions(&server, &ada, 0, 2_500).await;
    last_seen::write(&server.state).await.unwrap();
    server.advance(Duration::from_mins(1));
    let away = server.state.clock.now();
    for id in &sessions {
        server.state.last_seen.note(id, away);
    }
    sql!(execute server.state.db.write(), "ALTER TABLE sessions RENAME TO away").unwrap();
    assert!(last_seen::write(&server.state).await.is_err());
    assert_eq!(server.state.last_seen.of(&sessions[0]), Some(away), "it is known meanwhile");
    server.advance(Duration::from_mins(1));
    let later = server.state.clock.now();
    server.state.last_seen.note(&sessions[7], later);
    sql!(execute server.state.db.write(), "ALTER TABLE away RENAME TO sessions").unwrap();

    last_seen::write(&server.state).await.unwrap();
    let mut expected = vec![away.0; sessions.len()];
    expected[7] = later.0;
    assert_eq!(written(&server, &ada, "session0000").await, expected);
    assert_eq!(server.state.last_seen.of(&sessions[0]), None);
    // An earlier time, of a node that was slower to write it, replaces nothing.
    server.state.last_seen.note(&sessions[7], Timestamp(away.0));
    last_seen::write(&server.state).await.unwrap();
    assert_eq!(written(&server, &ada, "session0000").await, expected);
}
