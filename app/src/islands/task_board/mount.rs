//! What begins when the list is hydrated: it follows the calendar, the session, other tabs, the keys and the events of the server.

use gloo_timers::callback::Interval;
use leptos::prelude::*;

use super::{
    focus::{ADD_FIELD, focus_in_place, is_free},
    page::on_cleanup_local,
    shortcuts::replay_early_presses,
    state::Board,
};
use crate::{
    browser::{has_keyboard, now, utc_offset},
    islands::sign_out::{SignOutStage, sign_out_stage},
    model::{Timestamp, UtcOffset},
    storage::{self, SessionChange},
    strings,
};

/// How often the calendar is looked at, in milliseconds.
const CALENDAR_EVERY: u32 = 15_000;

impl Board {
    /// Begins the life of the list in the browser.
    pub fn mount(self) {
        self.watch_calendar();
        Effect::new(move |_| document().set_title(&strings::tasks_title(self.counts.read().pending)));
        self.watch_session();
        self.watch_sign_out();
        self.adopt_kept();
        self.mount_shortcuts();
        self.watch_end_of_list();
        self.mount_live();
        self.is_hydrated.set(true);
        replay_early_presses();
        // Don't steal focus.
        if has_keyboard() && is_free() {
            focus_in_place(ADD_FIELD);
        }
    }

    /// Follows the button that signs out: it waits for the changes, or ends the list here.
    fn watch_sign_out(self) {
        Effect::new(move |_| match sign_out_stage() {
            SignOutStage::SignedIn => {}
            SignOutStage::Requested => self.send_now(),
            SignOutStage::SignedOut => {
                self.is_over.set(true);
                self.clear_account_data();
            }
        });
    }

    fn watch_session(self) {
        let guard = storage::watch_session(self.user_id(), move |change| match change {
            SessionChange::SignedOut => self.end_session(strings::SIGNED_OUT_ELSEWHERE),
            SessionChange::OtherUser => self.show_stale(),
        });
        on_cleanup_local(guard);
    }

    /// Follows the day of this place, also when the page stays open over midnight, or wakes up with the computer.
    fn watch_calendar(self) {
        self.update_today();
        on_cleanup_local(Interval::new(CALENDAR_EVERY, move || {
            if self.update_today() {
                self.reload();
                self.restart_stream();
            }
        }));
    }

    /// Sets what day it is here, by the browser's clock and time zone; whether it is another.
    pub fn update_today(self) -> bool {
        self.utc_offset.set_value(UtcOffset { minutes: utc_offset() });
        let today = self.utc_offset.get_value().day(Timestamp(now()));
        let is_another = today != self.today.get_untracked();
        if is_another {
            self.today.set(today);
        }
        is_another
    }
}
