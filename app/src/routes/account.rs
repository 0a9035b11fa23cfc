//! `/account`: who somebody is here, how they sign in, and from where. Plain forms that the server answers with a page:
//! they work before the WASM is there, and browsers see them as what they are.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{DocumentContext, RouteData, route_data};
use crate::{
    components::{
        alert::{Alert, ErrorLine, message_for},
        field::Field,
        icon::Icon,
    },
    islands::{appearance::AppearanceChoices, other_tab_notice::OtherTabNotice, password_field::PasswordField},
    model::{Appearance, FieldError, Timestamp, User},
    strings,
};

/// What the account page shows.
#[derive(Debug, Clone)]
pub struct AccountPage {
    /// Who.
    pub user: User,
    /// Where they are signed in.
    pub devices: Vec<Device>,
    /// What time it is.
    pub now: Timestamp,
    /// What has just been done.
    pub done: Option<Done>,
    /// What could not be done, and why; an empty field name means all of the form.
    pub refused: Option<(AccountForm, Vec<FieldError>)>,
    /// What was typed into the refused form: a name, or an e-mail.
    pub typed: String,
}

impl RouteData for AccountPage {
    fn path(&self) -> &'static str {
        "/account"
    }

    fn user(&self) -> Option<String> {
        Some(self.user.shown_name().to_owned())
    }

    fn has_islands(&self) -> bool {
        true
    }
}

/// A place where somebody is signed in.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its session's id.
    pub id: String,
    /// The browser, if it said.
    pub browser: Option<String>,
    /// The system, if it said.
    pub system: Option<String>,
    /// The IP address at sign-in.
    pub address: Option<String>,
    /// When it last asked for something.
    pub last_seen: Timestamp,
    /// Whether it is the one that shows the page.
    pub is_current: bool,
}

/// The forms of the page, by the value of their member `form`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountForm {
    /// Another name.
    Name,
    /// Another e-mail.
    Email,
    /// A link that proves the e-mail.
    Confirm,
    /// Another password.
    Password,
    /// Ends sessions.
    Devices,
    /// Adds the tasks of a file.
    Import,
    /// Removes the account.
    Delete,
}

impl AccountForm {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Confirm => "confirm",
            Self::Password => "password",
            Self::Devices => "devices",
            Self::Import => "import",
            Self::Delete => "delete",
        }
    }
}

/// What has been done, by the value of the query's `done`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The name is another.
    Name,
    /// A link to a new e-mail is on its way.
    EmailAsked,
    /// A link to the e-mail is on its way.
    ConfirmAsked,
    /// A mailed link was followed, and did what it should.
    EmailConfirmed,
    /// A mailed link was followed, and was good for nothing any more.
    LinkRefused,
    /// The password is another.
    Password,
    /// Devices were signed out.
    Devices,
    /// The tasks of a file were added.
    Imported,
}

impl Done {
    const EACH: [Self; 8] = [
        Self::Name,
        Self::EmailAsked,
        Self::ConfirmAsked,
        Self::EmailConfirmed,
        Self::LinkRefused,
        Self::Password,
        Self::Devices,
        Self::Imported,
    ];

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::EACH.into_iter().find(|done| done.as_str() == name)
    }

    /// Its name in the query.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::EmailAsked => "email-asked",
            Self::ConfirmAsked => "confirm-asked",
            Self::EmailConfirmed => "email-confirmed",
            Self::LinkRefused => "link-refused",
            Self::Password => "password",
            Self::Devices => "devices",
            Self::Imported => "imported",
        }
    }

    /// The page that says so, at the section that it is about.
    pub fn path(self) -> String {
        format!("/account?done={}#{}", self.as_str(), self.section())
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Name => strings::NAME_SAVED,
            Self::EmailAsked => strings::EMAIL_ASKED,
            Self::ConfirmAsked => strings::CONFIRM_ASKED,
            Self::EmailConfirmed => strings::EMAIL_CONFIRMED,
            Self::LinkRefused => strings::LINK_NOT_VALID,
            Self::Password => strings::PASSWORD_CHANGED,
            Self::Devices => strings::DEVICES_SIGNED_OUT,
            Self::Imported => strings::TASKS_IMPORTED,
        }
    }

    const fn section(self) -> &'static str {
        match self {
            Self::Name => "name-section",
            Self::EmailAsked | Self::ConfirmAsked | Self::EmailConfirmed | Self::LinkRefused => "email-section",
            Self::Password => "password-section",
            Self::Devices => "devices-section",
            Self::Imported => "import-section",
        }
    }
}

/// All sections, the dangerous one last.
#[component]
pub fn Account() -> impl IntoView {
    let AccountPage { user, devices, now, done, refused, typed } = route_data();
    let User { id, name, email, email_verified, .. } = user;
    let (username, username_again) = (email.clone(), email.clone());
    let refused_form = refused.as_ref().map(|(form, _)| *form);
    let refused_errors = StoredValue::new(refused.map(|(_, errors)| errors).unwrap_or_default());
    let errors_of = move |form| if refused_form == Some(form) { refused_errors.get_value() } else { Vec::new() };
    let name = if refused_form == Some(AccountForm::Name) { typed.clone() } else { name };
    let new_email = if refused_form == Some(AccountForm::Email) { typed } else { String::new() };
    let has_others = devices.len() > 1;
    let Appearance { theme, density } = use_context::<DocumentContext>().unwrap_or_default().appearance;
    view! {
        <Title text=strings::page_title(strings::YOUR_ACCOUNT) />
        <p><a class="back" href="/tasks">{strings::BACK_TO_TASKS}</a></p>
        <h1>{strings::YOUR_ACCOUNT}</h1>
        <OtherTabNotice user_id=id />
        <div class="account">
            <div>
                <Section id="name-section" heading=strings::NAME lead=strings::NAME_LEAD done>
                    <PlainForm form=AccountForm::Name errors=errors_of(AccountForm::Name)>
                        <Field name="name" label=strings::NAME kind="text" autocomplete="name" value=name optional=true errors=errors_of(AccountForm::Name) />
                        <button>{strings::SAVE_NAME}</button>
                    </PlainForm>
                </Section>
                <Section id="email-section" heading=strings::EMAIL lead=strings::EMAIL_LEAD done>
                    <p>{email} " " <span class="quiet">{strings::confirmed(email_verified)}</span></p>
                    {(!email_verified)
                        .then(|| {
                            view! {
                                <PlainForm form=AccountForm::Confirm errors=errors_of(AccountForm::Confirm)>
                                    <button>{strings::CONFIRM_EMAIL}</button>
                                </PlainForm>
                            }
                        })}
                    <PlainForm form=AccountForm::Email errors=errors_of(AccountForm::Email)>
                        <Field
                            name="newEmail"
                            label=strings::NEW_EMAIL
                            kind="email"
                            autocomplete="email"
                            value=new_email
                            hint=strings::NEW_EMAIL_HINT
                            errors=errors_of(AccountForm::Email)
                        />
                        <PasswordField name="emailPassword" label=strings::ACCOUNT_PASSWORD autocomplete="current-password" hint="" errors=errors_of(AccountForm::Email) />
                        <button>{strings::CHANGE_EMAIL}</button>
                    </PlainForm>
                </Section>
                <Section id="password-section" heading=strings::PASSWORD lead=strings::PASSWORD_LEAD done>
                    <PlainForm form=AccountForm::Password errors=errors_of(AccountForm::Password)>
                        <input type="text" name="username" autocomplete="username" value=username hidden />
                        <PasswordField name="currentPassword" label=strings::CURRENT_PASSWORD autocomplete="current-password" hint="" errors=errors_of(AccountForm::Password) />
                        <PasswordField name="newPassword" label=strings::NEW_PASSWORD autocomplete="new-password" hint=strings::PASSWORD_HINT errors=errors_of(AccountForm::Password) />
                        <label class="choice">
                            <input type="checkbox" name="revokeOtherSessions" value="on" checked />
                            {strings::SIGN_OUT_MY_OTHERS}
                        </label>
                        <button>{strings::CHANGE_PASSWORD}</button>
                    </PlainForm>
                </Section>
            </div>
            <div>
                <Section id="appearance-section" heading=strings::APPEARANCE lead=strings::APPEARANCE_LEAD done>
                    <AppearanceChoices theme density />
                </Section>
                <Section id="devices-section" heading=strings::DEVICES lead=strings::DEVICES_LEAD done>
                    <ul class="devices">{devices.into_iter().map(|device| view! { <DeviceRow device now /> }).collect_view()}</ul>
                    {has_others
                        .then(|| {
                            view! {
                                <PlainForm form=AccountForm::Devices errors=errors_of(AccountForm::Devices)>
                                    <button>{strings::SIGN_OUT_OTHERS}</button>
                                </PlainForm>
                            }
                        })}
                </Section>
                <Section id="data-section" heading=strings::YOUR_DATA lead=strings::YOUR_DATA_LEAD done>
                    <p><a class="button" href="/account/data" download="holdfast.json">{strings::DOWNLOAD_DATA}</a></p>
                </Section>
                <Section id="import-section" heading=strings::IMPORT lead=strings::IMPORT_LEAD done>
                    <ImportForm errors=errors_of(AccountForm::Import) />
                </Section>
                <Section id="delete-section" heading=strings::DELETE_ACCOUNT lead=strings::DELETE_ACCOUNT_LEAD done>
                    <PlainForm form=AccountForm::Delete errors=errors_of(AccountForm::Delete)>
                        <input type="text" name="username" autocomplete="username" value=username_again hidden />
                        <PasswordField name="password" label=strings::YOUR_PASSWORD autocomplete="current-password" hint="" errors=errors_of(AccountForm::Delete) />
                        <button class="danger">{strings::DELETE_MY_ACCOUNT}</button>
                    </PlainForm>
                </Section>
            </div>
        </div>
    }
}

#[component]
fn Section(
    id: &'static str,
    heading: &'static str,
    /// What it is for.
    lead: &'static str,
    done: Option<Done>,
    children: Children,
) -> impl IntoView {
    let done = done.filter(|done| done.section() == id);
    let is_failure = done == Some(Done::LinkRefused);
    view! {
        <section class="section" id=id aria-labelledby=format!("{id}-heading")>
            <div>
                <h2 id=format!("{id}-heading")>{heading}</h2>
                <p class="quiet">{lead}</p>
            </div>
            {done
                .map(|done| {
                    view! {
                        <p class=if is_failure { "banner failed" } else { "banner" } role="status">
                            {if is_failure { Icon::Warning } else { Icon::Check }.draw()}
                            <span>{done.text()}</span>
                        </p>
                    }
                })}
            {children()}
        </section>
    }
}

/// A form of the page that says above its fields what is wrong with all of it.
#[component]
fn PlainForm(form: AccountForm, errors: Vec<FieldError>, children: Children) -> impl IntoView {
    view! {
        <form class="form" method="post" action="/account" novalidate>
            <Alert errors />
            <input type="hidden" name="form" value=form.as_str() />
            {children()}
        </form>
    }
}

/// A form with a file, which a plain form cannot send.
#[component]
fn ImportForm(errors: Vec<FieldError>) -> impl IntoView {
    let message = message_for(&errors, "file");
    let is_refused = message.is_some();
    view! {
        <form class="form" method="post" action="/account/import" enctype="multipart/form-data" novalidate>
            <Alert errors />
            <div class="field">
                <label for="import-format">{strings::IMPORT_FORMAT}</label>
                <select id="import-format" name="format">
                    {strings::IMPORT_FORMATS.map(|(value, name)| view! { <option value=value>{name}</option> }).collect_view()}
                </select>
            </div>
            <div class="field">
                <label for="import-file">{strings::IMPORT_FILE}</label>
                <input
                    id="import-file"
                    type="file"
                    name="file"
                    accept=".csv,.zip,.json"
                    required
                    aria-describedby="import-file-hint import-file-error"
                    aria-invalid=is_refused.then_some("true")
                />
                <p class="hint" id="import-file-hint">{strings::IMPORT_FILE_HINT}</p>
                <ErrorLine id="import-file-error" message=Signal::stored(message) />
            </div>
            <button>{strings::IMPORT_TASKS}</button>
        </form>
    }
}

#[component]
fn DeviceRow(device: Device, now: Timestamp) -> impl IntoView {
    let Device { id, browser, system, address, last_seen, is_current } = device;
    let name = strings::device(browser, system);
    let button = strings::sign_out_device(&name);
    view! {
        <li class="device">
            <p>
                <span class="device-name">{name}</span>
                {is_current.then(|| view! { " " <span class="tag">{strings::THIS_DEVICE}</span> })}
                <br />
                <span class="hint">
                    {address.map(|address| view! { {address} " · " })} {strings::LAST_SEEN}
                    <time datetime=last_seen.to_string()>{strings::ago(last_seen, now)}</time>
                </span>
            </p>
            {(!is_current)
                .then(|| {
                    view! {
                        <form method="post" action="/account">
                            <input type="hidden" name="form" value=AccountForm::Devices.as_str() />
                            <input type="hidden" name="device" value=id />
                            <button aria-label=button>{strings::SIGN_OUT}</button>
                        </form>
                    }
                })}
        </li>
    }
}
