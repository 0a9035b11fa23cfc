//! What went wrong, and the end of a session, as the page says it.

use std::collections::HashMap;

use leptos::prelude::*;

use super::state::{Board, Notice, NoticeAction};
use crate::{
    model::{Counts, Problem},
    storage, strings,
};

impl Board {
    /// Says what went wrong; `what` is what the person wanted, as in “The task was not added”.
    pub fn report_problem(&self, what: &str, problem: &Problem) {
        match problem.status {
            401 => self.end_session(strings::SESSION_EXPIRED),
            403 => self.show_stale(),
            _ => self.notice.set(Some(Notice { text: strings::refused(what, strings::problem(problem)), button: None })),
        }
    }

    /// From here on nothing can be saved. What was typed and not saved waits in the browser for the same user.
    pub fn end_session(&self, why: &str) {
        self.is_over.set(true);
        storage::forget_token(&self.user_id());
        self.clear_account_data();
        self.notice.set(Some(Notice { text: strings::over(why), button: Some((strings::SIGN_IN_AGAIN, NoticeAction::SignIn)) }));
    }

    pub fn show_stale(&self) {
        self.is_over.set(true);
        self.notice.set(Some(Notice { text: strings::SOMEBODY_ELSE.into(), button: Some((strings::RELOAD, NoticeAction::Reload)) }));
    }

    pub fn answer_notice(action: NoticeAction) {
        let location = window().location();
        match action {
            NoticeAction::Reload => drop(location.reload()),
            NoticeAction::SignIn => {
                let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
                let here = String::from(js_sys::encode_uri_component(&here));
                let _ = location.assign(&format!("/signin?expired=1&return_to={here}"));
            }
        }
    }

    /// What the account holds leaves the screen, for the next person at this device.
    pub fn clear_account_data(&self) {
        self.clear_rows();
        self.rows.set_value(HashMap::new());
        self.counts.set(Counts::default());
        self.toast.set(None);
    }
}
