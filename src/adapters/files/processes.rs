//! What the kernel shows of processes (proc(5)): their sockets, and the environments of those of one container.

#[cfg(target_os = "linux")]
pub(super) use linux::{environments, sockets};
#[cfg(not(target_os = "linux"))]
pub(super) use other::{environments, sockets};

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{Error, ErrorKind, Result};
    use std::path::Path;

    /// An id that is shorter would be found in the names of others.
    const SHORT: usize = 12;

    pub(in super::super) fn sockets(pid: u32) -> Result<String> {
        let mut text = std::fs::read_to_string(format!("/proc/{pid}/net/tcp"))?;
        match std::fs::read_to_string(format!("/proc/{pid}/net/tcp6")) {
            Ok(more) => text.push_str(&more),
            // A kernel without IPv6.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(text)
    }

    pub(in super::super) fn environments(pid: u32, container_id: &str) -> Result<Vec<String>> {
        let main = format!("/proc/{pid}");
        // The number may be one on another machine, such as that of an engine in a virtual one.
        if container_id.len() < SHORT || !is_of(Path::new(&main), container_id)? {
            return Err(Error::new(ErrorKind::NotFound, "that process is not the container's"));
        }
        let mut pairs = environment(Path::new(&main))?;
        for entry in std::fs::read_dir("/proc")? {
            let process = entry?.path();
            let is_process = process.file_name().is_some_and(|name| {
                let name = name.as_encoded_bytes();
                name.iter().all(u8::is_ascii_digit)
            });
            if is_process && is_of(&process, container_id).or_else(gone)? {
                pairs.extend(environment(&process).or_else(gone)?);
            }
        }
        Ok(pairs)
    }

    /// Whether the process is in the control group of the container, or in one below it: its path has the id.
    fn is_of(process: &Path, container_id: &str) -> Result<bool> {
        Ok(std::fs::read_to_string(process.join("cgroup"))?.contains(container_id))
    }

    fn environment(process: &Path) -> Result<Vec<String>> {
        let text = std::fs::read(process.join("environ"))?;
        let pairs = text.split(|byte| *byte == 0).filter(|pair| !pair.is_empty());
        Ok(pairs.map(|pair| String::from_utf8_lossy(pair).into_owned()).collect())
    }

    /// One that has ended meanwhile has no environment any more; ESRCH is what a read says then.
    fn gone<T: Default>(error: Error) -> Result<T> {
        const NO_SUCH_PROCESS: i32 = 3;
        let gone = error.kind() == ErrorKind::NotFound || error.raw_os_error() == Some(NO_SUCH_PROCESS);
        if gone { Ok(T::default()) } else { Err(error) }
    }
}

#[cfg(not(target_os = "linux"))]
mod other {
    use std::io::{Error, ErrorKind, Result};

    pub(in super::super) fn sockets(_: u32) -> Result<String> {
        Err(Error::new(ErrorKind::Unsupported, "this system has no /proc"))
    }

    pub(in super::super) fn environments(_: u32, _: &str) -> Result<Vec<String>> {
        Err(Error::new(ErrorKind::Unsupported, "this system has no /proc"))
    }
}
