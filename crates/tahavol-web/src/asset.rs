//! What pages load besides themselves: files within the binary, named by their content so that a browser may keep them for good.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// A file that pages load.
#[derive(Debug)]
pub struct Asset {
    /// Its path on the server: `/assets/<digest>.<ending>`.
    pub path: String,
    pub media_type: &'static str,
    pub content: Vec<u8>,
}

/// How long an asset may be kept: its name changes with its content.
pub const KEPT: &str = "public, max-age=31536000, immutable";

/// Bytes of the digest that stand in a name: enough that no two versions of one file share it.
const NAMED_BY: usize = 8;

/// In the style sheet, where the font's path comes.
const FONT_PLACE: &str = "FONT_PATH";

/// The parts of the style sheet, in their order.
pub(crate) const STYLES: &[&str] = &[
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/sheet.css"),
    include_str!("../assets/css/overview.css"),
    include_str!("../assets/css/forms.css"),
    include_str!("../assets/css/things.css"),
    include_str!("../assets/css/audit.css"),
];

/// The parts of the script.
const SCRIPTS: [&str; 2] = [include_str!("../assets/js/site.js"), include_str!("../assets/js/replay.js")];

/// What runs on forms besides.
const PREVIEW_SCRIPT: &str = include_str!("../assets/js/preview.js");

/// Vazirmatn, by Saber Rastikerdar, under the SIL Open Font License, which lies beside it.
static FONT: LazyLock<Asset> = LazyLock::new(|| Asset::new("woff2", "font/woff2", include_bytes!("../assets/vazirmatn.woff2").to_vec()));

static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("css", "text/css; charset=utf-8", STYLES.concat().replace(FONT_PLACE, &FONT.path).into_bytes()));

static SCRIPT: LazyLock<Asset> = LazyLock::new(|| Asset::new("js", "text/javascript; charset=utf-8", SCRIPTS.concat().into_bytes()));

static PREVIEW: LazyLock<Asset> = LazyLock::new(|| Asset::new("js", "text/javascript; charset=utf-8", PREVIEW_SCRIPT.as_bytes().to_vec()));

/// The style sheet of all pages.
#[must_use]
pub fn style() -> &'static Asset {
    &STYLE
}

/// The one font of all pages.
#[must_use]
pub fn font() -> &'static Asset {
    &FONT
}

/// What runs on pages about the programme: live updates and the slider. Without it they can be read and filled in.
#[must_use]
pub fn script() -> &'static Asset {
    &SCRIPT
}

/// What runs on forms that show their consequence while one types, or ask for rows. Without it both take a round trip.
#[must_use]
pub fn preview() -> &'static Asset {
    &PREVIEW
}

/// The asset of a file name, as it stands after `/assets/`.
#[must_use]
pub fn named(name: &str) -> Option<&'static Asset> {
    [style(), font(), script(), preview()].into_iter().find(|asset| asset.path.strip_prefix("/assets/") == Some(name))
}

impl Asset {
    fn new(ending: &str, media_type: &'static str, content: Vec<u8>) -> Asset {
        let digest: [u8; 32] = Sha256::digest(&content).into();
        let name: String = digest.iter().take(NAMED_BY).map(|byte| format!("{byte:02x}")).collect();
        Asset { path: format!("/assets/{name}.{ending}"), media_type, content }
    }
}
