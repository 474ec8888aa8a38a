//! `cargo xtask generate`: writes what is derived from the code: the events' schemas and samples, and docs/EVENTS.md.

use std::fs;
use std::path::Path;

/// Rewrites every generated file that differs. A schema or a sample that is already published must not: then the change needs a new version.
///
/// # Errors
/// Which file cannot be written, and why.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    for (path, content) in tahavol_domain::schema::files() {
        let target = root.join(&path);
        if fs::read_to_string(&target).is_ok_and(|known| known == content) {
            continue;
        }
        let folder = target.parent().ok_or_else(|| format!("{path} has no folder"))?;
        fs::create_dir_all(folder).map_err(|why| format!("cannot make the folder of {path}: {why}"))?;
        fs::write(&target, content).map_err(|why| format!("cannot write {path}: {why}"))?;
    }
    Ok(())
}
