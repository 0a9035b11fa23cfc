//! Each file proves one behaviour against a real server with a database of its own.
#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected should stop")]
#![allow(clippy::expect_used, clippy::missing_panics_doc, clippy::too_many_lines)]

mod support;

mod abandoned_requests;
mod account_changes;
mod account_page;
mod accounts;
mod asvs;
mod backups;
mod command_line;
mod commands;
mod conditions;
mod connections;
mod costs;
mod deleted_content;
mod deployment;
mod devices;
mod events;
mod events_across_nodes;
mod foreign_tokens;
mod forged_tokens;
mod guessing;
mod hash_queue;
mod http;
mod late_bodies;
mod lists;
mod mail;
mod mailed_links;
mod metrics;
mod migrations;
mod nodes;
mod openapi;
mod origins;
mod outages;
mod ownership;
mod pages;
mod password_reset;
mod presence;
mod quotas;
mod races;
mod request_bodies;
mod resilience;
mod restoring;
mod search;
mod security_txt;
mod sessions;
mod soak;
mod stored_hashes;
mod takeover;
mod task_details;
mod tasks;
mod throttling;
mod token_cutoffs;
mod unauthenticated;
mod verification;
