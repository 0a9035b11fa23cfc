//! What narrows the list, and its order.

use leptos::prelude::*;

use crate::{
    model::{Due, ListQuery, Order, Priority, SEARCH_MAX, Sort, Status},
    words::{self, View},
};

/// Search, filters and order: a form, which the browser sends at each change, and which works without a script.
#[component]
pub fn Find(
    /// Which tasks the list holds, in which order.
    query: ListQuery,
) -> impl IntoView {
    let is_open = query.priority.is_some() || query.tag.is_some() || query.sort.is_some_and(|sort| sort != View::of(&query).sort());
    let order = query.order.map(Order::as_str);
    view! {
        <form class="find" id="find" role="search" action="/tasks">
            {(query.status != Status::All).then(|| view! { <input type="hidden" name="status" value=query.status.as_str() /> })}
            <label class="visually-hidden" for="search">
                {words::SEARCH}
            </label>
            <input id="search" name="q" type="search" placeholder=words::SEARCH value=query.search.clone() maxlength=SEARCH_MAX autocomplete="off" dir="auto" />
            <details open=is_open>
                <summary>{words::FILTER_AND_SORT}</summary>
                <div class="choices">
                    <label>
                        {words::DUE}
                        <select name="due">
                            <option value="">{words::ANY}</option>
                            {words::DUES
                                .iter()
                                .map(|&(due, name)| view! { <option value=due.as_str() selected=query.due == Some(due)>{name}</option> })
                                .collect_view()}
                            {(query.due == Some(Due::ByToday))
                                .then(|| view! { <option value="by_today" selected>{words::BY_TODAY}</option> })}
                        </select>
                    </label>
                    <label>
                        {words::PRIORITY}
                        <select name="priority">
                            <option value="">{words::ANY}</option>
                            {Priority::EACH
                                .iter()
                                .rev()
                                .map(|&priority| {
                                    view! {
                                        <option value=priority.as_str() selected=query.priority == Some(priority)>
                                            {words::priority(priority)}
                                        </option>
                                    }
                                })
                                .collect_view()}
                        </select>
                    </label>
                    <label>
                        {words::TAG}
                        <input name="tag" value=query.tag.clone() maxlength="50" autocomplete="off" dir="auto" placeholder=words::ANY />
                    </label>
                    <label>
                        {words::SORT}
                        <select name="sort">
                            {words::SORTS
                                .iter()
                                .map(|&(sort, name)| {
                                    view! { <option value=sort.as_str() selected=query.sort.unwrap_or(Sort::Position) == sort>{name}</option> }
                                })
                                .collect_view()}
                        </select>
                    </label>
                    {order.map(|order| view! { <input type="hidden" name="order" value=order /> })}
                    <button>{words::APPLY}</button>
                </div>
            </details>
        </form>
    }
}
