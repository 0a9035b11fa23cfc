//! Theme and density, which this browser keeps.

use leptos::{html::Input, prelude::*};

use crate::{
    browser::{set_density, set_theme},
    model::{Density, Theme},
    strings,
};

/// What can be chosen here takes effect at once, in this browser alone.
#[island]
pub fn AppearanceChoices(
    /// The colours that are chosen.
    theme: Theme,
    /// The density that is chosen.
    density: Density,
) -> impl IntoView {
    view! {
        <Choices name="theme" legend=strings::THEME chosen=theme each=Theme::EACH label=strings::theme choose=set_theme />
        <Choices name="density" legend=strings::DENSITY chosen=density each=Density::EACH label=strings::density choose=set_density />
    }
}

/// Some choices, one of which is taken.
#[component]
fn Choices<T: Copy + PartialEq + Send + Sync + 'static>(
    name: &'static str,
    legend: &'static str,
    chosen: T,
    each: &'static [T],
    label: fn(T) -> &'static str,
    choose: fn(T),
) -> impl IntoView {
    let choice = move |&value: &T| {
        let input = NodeRef::<Input>::new();
        // Taken before the page was hydrated.
        Effect::new(move || {
            if value != chosen && input.get_untracked().is_some_and(|input| input.checked()) {
                choose(value);
            }
        });
        view! {
            <label class="choice">
                <input type="radio" name=name autocomplete="off" checked=value == chosen node_ref=input on:change=move |_| choose(value) />
                {label(value)}
            </label>
        }
    };
    view! {
        <fieldset class="choices-of-one">
            <legend>{legend}</legend>
            {each.iter().map(choice).collect_view()}
        </fieldset>
    }
}
