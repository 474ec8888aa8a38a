//! `tahavol log adopt-head`: a person's word that a moved ledger's own head is the newest that was ever signed.

use clap::Args;
use tahavol_app::messages::message;
use tahavol_ledger::SqliteLedger;

use super::keys::{Common, no_key};
use crate::cli::say;
use crate::config::Settings;
use crate::failure::{Code, Failure};

#[derive(Args)]
pub(crate) struct AdoptHead {
    #[command(flatten)]
    common: Common,
}

pub(super) fn adopt(settings: Settings, arguments: &AdoptHead) -> Result<(), Failure> {
    let (settings, lang) = arguments.common.apply(settings)?;
    let signing = settings.signing()?;
    if signing.keys.is_empty() {
        return Err(no_key(&settings.key_file(), lang));
    }
    let path = settings.head_file().display().to_string();
    match SqliteLedger::open_read_only_blocking(&settings.ledger_path()?)?.adopt_head(&signing)? {
        Some(head) => {
            let args = [("path", path), ("origin", head.origin), ("size", head.size.to_string())];
            say::line(&message("log-head-adopted", &args, lang))
        }
        None => Err(Failure::new(Code::Refused, message("log-head-there", &[("path", path)], lang))),
    }
}
