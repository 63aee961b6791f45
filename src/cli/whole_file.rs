//! A file that is there whole or not at all: written beside its place, synced and moved there.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

/// Such a file, until it is in its place; dropped before that, it is gone.
#[derive(Debug)]
pub(super) struct WholeFile {
    file: File,
    /// Where it is, and where it is to be.
    beside: TempPath,
    place: PathBuf,
}

impl WholeFile {
    /// Begins one in the place of `path`, with that mode less what the process's umask forbids.
    pub(super) fn begin(path: &Path, mode: u32) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(mode);
        let beside = tempfile::Builder::new()
            .prefix(".lookback-")
            .make_in(folder.unwrap_or(Path::new(".")), |path| options.open(path))?;
        let (file, beside) = beside.into_parts();
        Ok(Self { file, beside, place: path.to_owned() })
    }

    /// Moves it into its place.
    pub(super) fn finish(self) -> io::Result<()> {
        self.file.sync_all()?;
        self.beside.persist(self.place).map_err(|err| err.error)
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_replaced_when_it_is_whole_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        let mut file = WholeFile::begin(&path, 0o640).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        file.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        // The owner may always read and write it, unless the umask of the process forbids it.
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o137, 0);
        drop(WholeFile::begin(&path, 0o640).unwrap());
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn an_error_names_no_file_that_nobody_named() {
        let err = WholeFile::begin(Path::new("/nowhere/a"), 0o644).unwrap_err();
        assert_eq!(err.to_string(), "No such file or directory (os error 2)");
    }
}
