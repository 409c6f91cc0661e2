//! Where runs are written down: the place for reports, and the file of events that runs side by side share.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::cli::Run;
use crate::event::Event;
use crate::report::ReportError;

/// The file of events. Clones write to the same file, line by line.
#[derive(Clone)]
pub(super) struct EventFile(Arc<Mutex<BufWriter<File>>>);

impl EventFile {
    /// Writes one event as one line.
    pub(super) fn event(&self, event: &Event) {
        if let (Ok(mut file), Ok(line)) = (self.0.lock(), serde_json::to_string(event)) {
            // A full disk must not end a run; the report's own failure is told.
            let _ = writeln!(file, "{line}").and_then(|()| file.flush());
        }
    }
}

/// Makes sure that there is a place for reports, and begins the file for the events where one is asked for.
pub(super) fn prepare(arguments: &Run) -> Result<Option<EventFile>, ReportError> {
    let wrong = |place: &Path| {
        let directory = place.to_owned();
        move |source| ReportError::NoPlace { directory, source }
    };
    std::fs::create_dir_all(&arguments.reports).map_err(wrong(&arguments.reports))?;
    tempfile::tempfile_in(&arguments.reports).map_err(wrong(&arguments.reports))?;
    let Some(events) = &arguments.events else { return Ok(None) };
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(events).map_err(wrong(events))?;
    Ok(Some(EventFile(Arc::new(Mutex::new(BufWriter::new(file))))))
}
