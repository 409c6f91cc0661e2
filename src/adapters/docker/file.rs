//! One file in a container, through the archives in which engines hand files out and take them in. Works whether the
//! container runs or not, and sees its volumes.

use std::io::Read;

use bollard::query_parameters as query;
use futures_util::{StreamExt, pin_mut};
use tar::{EntryType, Header};

use super::meaning::Doing;
use super::{Bollard, REQUEST};
use crate::ports::docker::DockerError;

/// Most bytes of a file that are read.
const LARGEST: usize = 1024 * 1024;
/// What an archive holds before a file's first byte: its header, and headers of long names and the like.
const HEADERS: usize = 64 * 1024;

/// The first thing in an archive.
struct Entry {
    header: Header,
    link: Option<String>,
    content: Vec<u8>,
}

impl Bollard {
    pub(super) async fn read_file(&self, name: &str, path: &str) -> Result<Option<Vec<u8>>, DockerError> {
        Ok(self.regular(name, path).await?.map(|(_, entry)| entry.content))
    }

    /// The engine removes what is there and writes the file anew with what the archive says of it (`Unpack` in moby's
    /// `pkg/archive`), so owner, group and mode are taken from what is there.
    pub(super) async fn write_file(&self, name: &str, path: &str, content: &[u8]) -> Result<(), DockerError> {
        let doing = Doing::Container { verb: "replace a file in", name };
        let missing = || DockerError::NoFile { container: name.to_owned(), path: path.to_owned() };
        let (path, entry) = self.regular(name, path).await?.ok_or_else(missing)?;
        let (directory, file) = path.rsplit_once('/').ok_or_else(missing)?;
        let now = self.engine_time().await?.and_then(|time| u64::try_from(time.as_second()).ok());
        let archive =
            archive(&entry.header, file, content, now).map_err(|error| unreadable(doing, &error))?;
        let directory = if directory.is_empty() { "/" } else { directory };
        let options = query::UploadToContainerOptionsBuilder::default().path(directory).build();
        let body = bollard::body_full(archive.into());
        self.ask(doing, REQUEST, async |client| client.upload_to_container(name, Some(options), body).await)
            .await
    }

    /// The regular file at a path, or at the one place to which a link there leads; with the path where it is.
    async fn regular(&self, name: &str, path: &str) -> Result<Option<(String, Entry)>, DockerError> {
        let Some(found) = self.entry(name, path).await? else { return Ok(None) };
        let (path, found) = match found.link {
            Some(link) => {
                let path = target(path, &link);
                let Some(found) = self.entry(name, &path).await? else { return Ok(None) };
                (path, found)
            }
            None => (path.to_owned(), found),
        };
        Ok(found.header.entry_type().is_file().then_some((path, found)))
    }

    /// What stands at a path; links are not followed.
    async fn entry(&self, name: &str, path: &str) -> Result<Option<Entry>, DockerError> {
        let doing = Doing::Container { verb: "read a file in", name };
        let options = query::DownloadFromContainerOptionsBuilder::default().path(path).build();
        let read = async |client: bollard::Docker| {
            let chunks = client.download_from_container(name, Some(options));
            pin_mut!(chunks);
            let mut archive = Vec::new();
            while archive.len() < HEADERS + LARGEST {
                match chunks.next().await {
                    Some(chunk) => archive.extend_from_slice(&chunk?),
                    None => break,
                }
            }
            Ok(archive)
        };
        match self.find(doing, read).await? {
            Some(archive) => first(&archive).map(Some).map_err(|error| unreadable(doing, &error)),
            // The same answer says that the container is missing or the path.
            None => match self.inspect(name).await? {
                Some(_) => Ok(None),
                None => Err(DockerError::NoContainer { container: name.to_owned() }),
            },
        }
    }
}

/// Where a link leads: from the root, or from the directory it is in. The engine resolves what is left of `..` within
/// the container.
fn target(path: &str, link: &str) -> String {
    if link.starts_with('/') {
        return link.to_owned();
    }
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    format!("{directory}/{link}")
}

fn first(archive: &[u8]) -> std::io::Result<Entry> {
    let mut archive = tar::Archive::new(archive);
    let mut entry = archive.entries()?.next().ok_or(std::io::ErrorKind::UnexpectedEof)??;
    let header = entry.header().clone();
    let link = match header.entry_type() {
        EntryType::Symlink => entry.link_name_bytes().map(|link| String::from_utf8_lossy(&link).into_owned()),
        _ => None,
    };
    let mut content = Vec::new();
    entry.by_ref().take(LARGEST as u64).read_to_end(&mut content)?;
    Ok(Entry { header, link, content })
}

/// An archive of one file that is to be like the present one, but for its content and its time.
fn archive(present: &Header, name: &str, content: &[u8], now: Option<u64>) -> std::io::Result<Vec<u8>> {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_size(content.len() as u64);
    header.set_mode(present.mode()?);
    header.set_uid(present.uid()?);
    header.set_gid(present.gid()?);
    header.set_mtime(now.map_or_else(|| present.mtime(), Ok)?);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, name, content)?;
    archive.into_inner()
}

fn unreadable(doing: Doing<'_>, error: &std::io::Error) -> DockerError {
    DockerError::Refused {
        doing: doing.to_string(),
        status: 200,
        reason: format!("no archive came: {error}"),
    }
}
