//! A month to choose a day from: a grid that the arrow keys walk through (ARIA Authoring Practices, "Date Picker Dialog").

use leptos::{ev, prelude::*};

use super::focus::focus_soon;
use crate::{components::icon::Icon, model::Day, strings};

/// Weeks of a grid: as many as a month can touch, so that nothing moves from one month to the next.
const WEEKS: i32 = 6;

/// The id of the button of a day.
fn day_id(day: Day) -> String {
    format!("pick-{day}")
}

/// The first day of the month that comes so many months after that of `day`.
fn first_of_month(day: Day, months_later: i32) -> Day {
    let (year, month, _) = day.civil();
    let months = year * 12 + month - 1 + months_later;
    Day::of_civil(months.div_euclid(12), months.rem_euclid(12) + 1, 1).unwrap_or(day)
}

#[component]
pub fn Month(
    /// The day that is chosen now.
    current: Option<Day>,
    today: Day,
    on_choose: impl Fn(Day) + Copy + Send + 'static,
) -> impl IntoView {
    // The day that the keys are on; its month is shown.
    let cursor = RwSignal::new(current.unwrap_or(today));
    let month = Memo::new(move |_| first_of_month(cursor.get(), 0));
    let turn = move |months: i32| cursor.set(first_of_month(cursor.get_untracked(), months));
    let by_key = move |event: ev::KeyboardEvent| {
        let day = cursor.get_untracked();
        let to = match event.key().as_str() {
            "ArrowLeft" => day.plus(-1),
            "ArrowRight" => day.plus(1),
            "ArrowUp" => day.plus(-7),
            "ArrowDown" => day.plus(7),
            "PageUp" => first_of_month(day, -1),
            "PageDown" => first_of_month(day, 1),
            _ => return,
        };
        event.prevent_default();
        cursor.set(to);
        focus_soon(day_id(to));
    };
    let week = move |first: Day| {
        let days = (0..7).map(move |at| {
            let day = first.plus(at);
            let is_outside = first_of_month(day, 0) != month.get();
            view! {
                <td>
                    <button
                        type="button"
                        id=day_id(day)
                        class="day"
                        class:outside=is_outside
                        tabindex=move || if cursor.get() == day { "0" } else { "-1" }
                        aria-label=strings::day_heading(day, today)
                        aria-pressed=(current == Some(day)).to_string()
                        aria-current=(day == today).then_some("date")
                        on:click=move |_| on_choose(day)
                    >
                        {day.civil().2}
                    </button>
                </td>
            }
        });
        view! { <tr>{days.collect_view()}</tr> }
    };
    view! {
        <div class="month">
            <div class="month-head">
                <button type="button" class="bare" aria-label=strings::MONTH_BEFORE on:click=move |_| turn(-1)>
                    {Icon::Back.draw()}
                </button>
                <span aria-live="polite" id="month-name">
                    {move || strings::month(month.get())}
                </span>
                <button type="button" class="bare" aria-label=strings::NEXT_MONTH on:click=move |_| turn(1)>
                    {Icon::Forward.draw()}
                </button>
            </div>
            <table role="grid" aria-labelledby="month-name" on:keydown=by_key>
                <thead>
                    <tr>{strings::SHORT_WEEKDAYS.map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr>
                </thead>
                <tbody>
                    {move || {
                        let first = month.get();
                        let first = first.plus(-i32::try_from(first.weekday()).unwrap_or(0));
                        (0..WEEKS).map(|at| week(first.plus(7 * at))).collect_view()
                    }}
                </tbody>
            </table>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other_over_the_end_of_a_year() {
        let day = |text: &str| text.parse::<Day>().expect("a day");
        assert_eq!(first_of_month(day("2026-12-31"), 1), day("2027-01-01"));
        assert_eq!(first_of_month(day("2027-01-31"), -1), day("2026-12-01"));
        assert_eq!(first_of_month(day("2024-02-29"), 0), day("2024-02-01"));
        // Where the calendar ends, so does the walk.
        assert_eq!(first_of_month(Day::MAX, 1), Day::MAX);
        assert_eq!(first_of_month(Day::MIN, -1), Day::MIN);
    }
}
