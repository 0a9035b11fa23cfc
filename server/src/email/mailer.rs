//! Sends e-mails in background tasks, so that no request waits for the mail server, and the time of an answer does not tell whether
//! an e-mail was sent.

use std::{fs::DirBuilder, future::Future, os::unix::fs::DirBuilderExt as _, path::Path, sync::Arc, time::Duration};

use lettre::{
    AsyncFileTransport, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Body, Mailbox,
        header::{ContentTransferEncoding, ContentType},
    },
};
use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::task::TaskTracker;

use crate::{
    config::{Config, ConfigError},
    problem::Result,
};

/// E-mails that may wait; more are dropped.
const QUEUE: usize = 1000;
/// Connections to the mail server at once.
const CONNECTIONS: usize = 4;
/// How long the shutdown waits for e-mails.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);
/// Delivery attempts; each pause is ten times the one before.
const TRIES: u32 = 3;

/// How mail leaves.
pub enum Transport {
    /// To an SMTP server.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Into files, where no server is configured.
    Folder(AsyncFileTransport<Tokio1Executor>),
}

impl Transport {
    /// To the server of an `smtp:` or `smtps:` URL, which may carry user, password and `?tls=required`.
    pub fn smtp(url: &str) -> Result<Self, lettre::transport::smtp::Error> {
        Ok(Self::Smtp(AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.timeout(Some(Duration::from_secs(20))).build()))
    }

    /// To the server of `SMTP_URL`, if that is set.
    pub fn configured(config: &Config) -> Result<Option<Self>, ConfigError> {
        let Some(url) = config.smtp_url()? else { return Ok(None) };
        // The message leaves the value out: it may hold a password.
        let wrong = |_| ConfigError("SMTP_URL is not an address like smtps://user:password@mail.example.com".into());
        Self::smtp(&url).map(Some).map_err(wrong)
    }

    /// Into a folder, which is made.
    pub fn folder(path: &Path) -> std::io::Result<Self> {
        // Mailed links open accounts: the folder is for the operator alone.
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        Ok(Self::Folder(AsyncFileTransport::new(path)))
    }

    async fn send(&self, message: Message) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        match self {
            Self::Smtp(smtp) => smtp.send(message).await.map(drop)?,
            Self::Folder(folder) => folder.send(message).await.map(drop)?,
        }
        Ok(())
    }
}

/// An e-mail in plain text.
#[derive(Debug, Clone)]
pub struct Email {
    /// To whom: an address that was validated.
    pub to: String,
    /// What it is about.
    pub subject: &'static str,
    /// What it says.
    pub text: String,
}

/// Sends e-mails, each in a task of its own.
pub struct Mailer {
    transport: Arc<Transport>,
    from: Mailbox,
    under_way: TaskTracker,
    connections: Arc<Semaphore>,
    first_pause: Duration,
}

impl Mailer {
    /// Sends by this transport, from this address; what is not taken is offered again after a pause.
    pub fn new(transport: Transport, from: Mailbox, first_pause: Duration) -> Self {
        Self {
            transport: Arc::new(transport),
            from,
            first_pause,
            under_way: TaskTracker::new(),
            connections: Arc::new(Semaphore::new(CONNECTIONS)),
        }
    }

    /// Whether mails leave the machine.
    pub fn has_server(&self) -> bool {
        matches!(*self.transport, Transport::Smtp(_))
    }

    /// How many are not delivered yet.
    pub fn waiting(&self) -> usize {
        self.under_way.len()
    }

    /// Runs work that may send an e-mail in the background, so that the time of the answer does not tell whether it did.
    pub fn spawn(&self, subject: &'static str, work: impl Future<Output = Result<()>> + Send + 'static) {
        if self.has_room(subject) {
            self.under_way.spawn(async move {
                if let Err(error) = work.await {
                    tracing::error!(subject, cause = error.secret_cause(), "a mail was not written");
                }
            });
        }
    }

    /// Sends an e-mail in the background. A malformed one, or one beyond the capacity, is dropped with a line in the log.
    pub fn send(&self, email: Email) {
        let message = email.to.parse().map_err(|error| format!("address: {error}")).and_then(|to| {
            let message = Message::builder().from(self.from.clone()).to(Mailbox::new(None, to)).subject(email.subject);
            message.header(ContentType::TEXT_PLAIN).body(readable(email.text)).map_err(|error| error.to_string())
        });
        match message {
            Ok(message) if self.has_room(email.subject) => {
                self.under_way.spawn(deliver(self.transport.clone(), self.connections.clone(), message, self.first_pause));
            }
            Ok(_) => {}
            Err(error) => tracing::error!(subject = email.subject, error, "a mail could not be written"),
        }
    }

    /// Waits for e-mails under way, for [`SHUTDOWN_GRACE`] at most.
    pub async fn close(&self) {
        self.under_way.close();
        if timeout(SHUTDOWN_GRACE, self.under_way.wait()).await.is_err() {
            tracing::error!(mails = self.under_way.len(), "mails were not taken before the end");
        }
    }

    fn has_room(&self, subject: &str) -> bool {
        let has_room = self.under_way.len() < QUEUE;
        if !has_room {
            tracing::error!(subject, "too many mails are waiting: one was dropped");
        }
        has_room
    }
}

/// The body without transfer encoding where RFC 5322 (section 2.1.1) allows it: lettre would break lines at 76 characters, and a
/// broken link in a file cannot be followed.
fn readable(text: String) -> Body {
    if text.is_ascii() && text.lines().all(|line| line.len() <= 998) {
        Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into_bytes(), ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text)
    }
}

async fn deliver(transport: Arc<Transport>, connections: Arc<Semaphore>, message: Message, first_pause: Duration) {
    let mut pause = first_pause;
    for left in (0..TRIES).rev() {
        let sent = {
            let Ok(_connection) = connections.acquire().await else { return };
            transport.send(message.clone()).await
        };
        match sent {
            Ok(()) => return,
            Err(error) if left == 0 => tracing::error!(%error, "a mail was not taken: given up"),
            Err(error) => {
                tracing::warn!(%error, "a mail was not taken: trying again");
                sleep(pause).await;
                pause *= 10;
            }
        }
    }
}
