//! Pages of the list. Large ones are read in parts, so that rows beyond the byte limit of a page are never in memory at once.

use app::model::Task;

use super::{
    list::ListParams,
    store::{self, PAGE_BYTES, json_bytes},
};
use crate::{db::Db, problem::Result};

/// Most tasks that are read at once: those of most pages, and with as much text as a task can have some 6 MB.
const READ_MAX: u32 = 250;

/// A page of the owner's tasks, and whether there are more. It ends after the task with which it has [`PAGE_BYTES`] of text,
/// also where more tasks were asked for.
pub async fn list(db: &Db, owner: &str, params: &ListParams) -> Result<(Vec<Task>, bool)> {
    // A search reads in parts by itself.
    if params.limit <= READ_MAX || params.query.search.is_some() {
        return store::list(db, owner, params).await;
    }
    let mut part = ListParams { limit: READ_MAX, ..params.clone() };
    let (mut tasks, mut bytes) = (Vec::new(), 0);
    loop {
        let (read, has_more) = store::list(db, owner, &part).await?;
        let is_cut = read.len() < part.limit as usize;
        for task in read {
            if bytes >= PAGE_BYTES {
                return Ok((tasks, true));
            }
            bytes += text_bytes(&task);
            tasks.push(task);
        }
        part.limit = params.limit.saturating_sub(u32::try_from(tasks.len()).unwrap_or(u32::MAX)).min(READ_MAX);
        if !has_more || is_cut || part.limit == 0 || bytes >= PAGE_BYTES {
            return Ok((tasks, has_more));
        }
        part.offset = 0;
        part.after = tasks.last().map(|last| params.place_of(last));
    }
}

/// How many bytes the task's texts may take in JSON.
fn text_bytes(task: &Task) -> usize {
    let texts = [Some(&task.title), task.description.as_ref()].into_iter().flatten().chain(&task.tags);
    texts.map(|text| json_bytes(text)).sum()
}
