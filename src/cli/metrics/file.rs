//! A file of metrics, for the node exporter's textfile collector: there whole, or not at all.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::error::{Error, Result};

/// Whoever collects metrics is another user, who may read them.
const MODE: u32 = 0o644;

/// Writes the text in the place of the file's. The collector reads `*.prom` only, so that it never
/// takes a file that is being written for one of its own.
pub(in crate::cli) fn write(path: &Path, text: &str) -> Result<()> {
    let failed = |err| {
        Error::io(format!("write the metrics to file \"{}\"", path.display()), err)
            .with_hint("name another file with --metrics, or with `metrics` in lookback.toml")
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::with_prefix_in(".lookback-", folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    // Not when it is made: then the umask of the process, which our units set, takes modes away.
    file.as_file().set_permissions(Permissions::from_mode(MODE)).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|err| failed(err.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_replaced_and_anybody_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.prom");
        write(&path, "a\n").unwrap();
        write(&path, "b\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "b\n");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, MODE, "{mode:o}");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
        let err = write(Path::new("/nowhere/m.prom"), "a\n").unwrap_err();
        assert!(err.chain().starts_with("failed to write the metrics to file \"/nowhere/m.prom\""));
    }
}
