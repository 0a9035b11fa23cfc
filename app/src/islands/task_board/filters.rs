//! Search, filters and order, all of them in the address of the page; and the pages of the list after the first.

use gloo_timers::callback::Timeout;
use leptos::{html, prelude::*};
use wasm_bindgen::JsValue;

use super::{focus::SEARCH_FIELD, state::Board};
use crate::{
    components::icon::Icon,
    model::{Due, ListQuery, Order, Priority, SEARCH_MAX, Sort, Status, View},
    paths, strings,
};

/// How long until a person who types has typed something, in milliseconds.
const TYPING_PAUSE: u32 = 120;
/// Search, filters and order: a form, which works without a script.
#[allow(clippy::too_many_lines, reason = "one form is one view")]
#[component]
pub fn Filters() -> impl IntoView {
    let board = expect_context::<Board>();
    let query = board.query.get_untracked();
    let (search, due, priority, tag, sort) = (
        NodeRef::<html::Input>::new(),
        NodeRef::<html::Select>::new(),
        NodeRef::<html::Select>::new(),
        NodeRef::<html::Input>::new(),
        NodeRef::<html::Select>::new(),
    );
    // What was typed or chosen before the page was hydrated counts.
    Effect::new(move |_| {
        let (Some(search), Some(due), Some(priority), Some(tag), Some(sort)) =
            (search.get(), due.get(), priority.get(), tag.get(), sort.get())
        else {
            return;
        };
        let mut query = board.query.get_untracked();
        for (name, value) in [("due", due.value()), ("priority", priority.value()), ("tag", tag.value()), ("sort", sort.value())] {
            set(&mut query, name, &value);
        }
        set(&mut query, "q", &search.value());
        board.apply_filters(query);
    });
    // What the fields say follows the query, but for the search while one types.
    Effect::new(move |_| {
        let query = board.query.get();
        let selects = [
            (due, query.due.map_or("", Due::as_str)),
            (priority, query.priority.map_or("", Priority::as_str)),
            (sort, query.sort.unwrap_or(Sort::Position).as_str()),
        ];
        for (field, value) in selects {
            if let Some(field) = field.get_untracked() {
                field.set_value(value);
            }
        }
        if let Some(tag) = tag.get_untracked() {
            tag.set_value(query.tag.as_deref().unwrap_or_default());
        }
        if let Some(search) = search.get_untracked().filter(|search| query.search.is_none() && !search.value().trim().is_empty()) {
            search.set_value("");
        }
    });
    let timer = StoredValue::new_local(None::<Timeout>);
    let typed = move |text: String| {
        timer.set_value(Some(Timeout::new(TYPING_PAUSE, move || board.search(&text))));
    };
    let chosen = move |name: &'static str| {
        move |event| {
            let mut query = board.query.get_untracked();
            set(&mut query, name, &event_target_value(&event));
            board.apply_filters(query);
        }
    };
    let (search_box, filter_box) = (NodeRef::<html::Details>::new(), NodeRef::<html::Details>::new());
    let is_open = |details: NodeRef<html::Details>| details.get_untracked().is_some_and(|details| details.open());
    let focus_field = move || {
        if let Some(field) = search.get_untracked().filter(|_| is_open(search_box)) {
            let _ = field.focus();
        }
    };
    view! {
        <form class="find" id="find" role="search" action="/tasks" on:submit=|event| event.prevent_default()>
            {(query.status != Status::Pending).then(|| view! { <input type="hidden" name="status" value=query.status.as_str() /> })}
            <details
                node_ref=search_box
                open=query.search.is_some()
                prop:open=move || board.is_search_open.get()
                on:toggle=move |_| board.is_search_open.set(is_open(search_box))
            >
                <summary class="bare button" aria-label=strings::FIND on:click=move |_| request_animation_frame(focus_field)>
                    {Icon::Search.draw()}
                </summary>
                <div class="search-field">
                    <label class="visually-hidden" for=SEARCH_FIELD>
                        {strings::SEARCH}
                    </label>
                    <input
                        id=SEARCH_FIELD
                        name="q"
                        type="search"
                        node_ref=search
                        placeholder=strings::SEARCH
                        value=query.search.clone()
                        maxlength=SEARCH_MAX
                        autocomplete="off"
                        dir="auto"
                        on:input=move |event| typed(event_target_value(&event))
                    />
                </div>
            </details>
            <details
                node_ref=filter_box
                prop:open=move || board.is_filter_open.get()
                on:toggle=move |_| board.is_filter_open.set(is_open(filter_box))
            >
                <summary class="bare button" aria-label=strings::FILTER_AND_SORT>
                    {Icon::Filter.draw()}
                </summary>
                <div class="choices">
                    <label>
                        {strings::DUE}
                        <select name="due" node_ref=due on:change=chosen("due")>
                            <option value="">{strings::ANY}</option>
                            {strings::DUES
                                .map(|(due, name)| view! { <option value=due.as_str() selected=query.due == Some(due)>{name}</option> })
                                .collect_view()}
                            {(query.due == Some(Due::ByToday))
                                .then(|| view! { <option value="by_today" selected>{strings::BY_TODAY}</option> })}
                        </select>
                    </label>
                    <label>
                        {strings::PRIORITY}
                        <select name="priority" node_ref=priority on:change=chosen("priority")>
                            <option value="">{strings::ANY}</option>
                            {Priority::EACH
                                .iter()
                                .rev()
                                .map(|&priority| {
                                    view! {
                                        <option value=priority.as_str() selected=query.priority == Some(priority)>
                                            {strings::priority(priority)}
                                        </option>
                                    }
                                })
                                .collect_view()}
                        </select>
                    </label>
                    <label>
                        {strings::TAG}
                        <input
                            name="tag"
                            node_ref=tag
                            value=query.tag.clone()
                            maxlength="50"
                            autocomplete="off"
                            dir="auto"
                            placeholder=strings::ANY
                            on:change=chosen("tag")
                        />
                    </label>
                    <label>
                        {strings::SORT}
                        <select name="sort" node_ref=sort on:change=chosen("sort")>
                            {strings::SORTS
                                .map(|(sort, name)| {
                                    let is_current = query.sort.unwrap_or(Sort::Position) == sort;
                                    view! { <option value=sort.as_str() selected=is_current>{name}</option> }
                                })
                                .collect_view()}
                        </select>
                    </label>
                    {query.order.map(|order: Order| view! { <input type="hidden" name="order" value=order.as_str() /> })}
                    <button>{strings::APPLY}</button>
                </div>
            </details>
        </form>
    }
}

/// What narrows the list beside its view, each with the name of its parameter.
fn filters_of(query: &ListQuery) -> Vec<(&'static str, String)> {
    let own = View::of(query).query();
    let due = query.due.filter(|due| own.due != Some(*due));
    let due = due.map(|due| strings::DUES.iter().find(|(other, _)| *other == due).map_or(strings::BY_TODAY, |(_, name)| name));
    let sort = query.sort.filter(|sort| *sort != View::of(query).sort());
    let sort = sort.and_then(|sort| strings::SORTS.iter().find(|(other, _)| *other == sort)).map(|(_, name)| strings::sorted_by(name));
    let filters = [
        ("q", query.search.as_ref().map(|text| strings::quoted(text))),
        ("due", due.map(str::to_owned)),
        ("priority", query.priority.map(strings::of_priority)),
        ("tag", query.tag.as_ref().map(|tag| format!("#{tag}"))),
        ("sort", sort),
    ];
    filters.into_iter().filter_map(|(name, filter)| Some((name, filter?))).collect()
}

/// The query without one of its filters, in the order of its view.
fn without(query: &ListQuery, name: &str) -> ListQuery {
    let mut query = query.clone();
    query.clear(name);
    if name == "sort" {
        query.order = None;
        query.sort = Some(View::of(&query).sort()).filter(|sort| *sort != Sort::Position);
    }
    query
}

/// What narrows the list, each to be taken away.
#[component]
pub fn FilterPills() -> impl IntoView {
    let board = expect_context::<Board>();
    let pill = move |query: ListQuery, class: &'static str, text: String, name: String, icon: Option<Icon>| {
        let href = paths::task_list(&query);
        view! {
            <a
                class=class
                href=href
                dir="auto"
                aria-label=name
                on:click=move |event| {
                    event.prevent_default();
                    board.apply_filters(query.clone());
                }
            >
                {text}
                {icon.map(Icon::draw)}
            </a>
        }
    };
    move || {
        let query = board.query.get();
        let filters = filters_of(&query);
        (!filters.is_empty()).then(|| {
            let nothing = filters.iter().fold(query.clone(), |query, (name, _)| without(&query, name));
            let several = filters.len() > 1;
            let pills = filters.into_iter().map(|(name, text)| {
                let label = strings::without(&text);
                pill(without(&query, name), "button chip", text, label, Some(Icon::Close))
            });
            let pills = pills.collect_view();
            let clear = several.then(|| pill(nothing, "chip clear", strings::CLEAR_FILTERS.into(), strings::CLEAR_FILTERS.into(), None));
            view! { <p class="filter-pills">{pills} {clear}</p> }
        })
    }
}

/// Sets a parameter of a query from a field: an empty one says nothing, and what cannot be read changes nothing.
fn set(query: &mut ListQuery, name: &str, value: &str) {
    if value.trim().is_empty() || (name == "sort" && value == Sort::Position.as_str()) {
        query.clear(name);
    } else {
        // “#work” is how the list shows the tag “work”.
        let value = if name == "tag" { value.trim().trim_start_matches('#') } else { value };
        let _ = query.set(name, value);
    }
}

impl Board {
    /// Shows what the filters ask for. The way back leads to what was shown before.
    pub fn apply_filters(&self, query: ListQuery) {
        if query == *self.query.read_untracked() {
            return;
        }
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&paths::task_list(&query)));
        }
        self.query.set(query);
        self.reload();
    }

    /// Shows what has this text, without leaving the page.
    fn search(&self, text: &str) {
        let mut query = self.query.get_untracked();
        set(&mut query, "q", text);
        if query == *self.query.read_untracked() {
            return;
        }
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&paths::task_list(&query)));
        }
        self.query.set(query);
        self.reload();
    }
}
