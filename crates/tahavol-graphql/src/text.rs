//! Texts in Persian and perhaps English, read and told.

use async_graphql::{Context, Enum, InputObject, Object};
use tahavol_domain::text;

use crate::request::lang;

/// A language that the product speaks.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::text::Lang")]
pub(crate) enum Lang {
    Fa,
    En,
}

/// A Persian text and, where somebody wrote one, its English.
pub(crate) struct Text(pub(crate) text::Text);

impl From<&text::Text> for Text {
    fn from(text: &text::Text) -> Self {
        Text(text.clone())
    }
}

/// A Persian text and, where somebody wrote one, its English.
#[Object]
impl Text {
    async fn fa(&self) -> &str {
        &self.0.fa
    }

    async fn en(&self) -> Option<&str> {
        self.0.en.as_deref()
    }

    /// In that language, by default the caller's; Persian where there is no English.
    async fn text(&self, ctx: &Context<'_>, #[graphql(name = "lang")] wanted: Option<Lang>) -> &str {
        self.0.get(wanted.map_or_else(|| lang(ctx), Into::into))
    }
}

/// A Persian text and, if wanted, its English.
#[derive(InputObject)]
pub(crate) struct TextInput {
    pub(crate) fa: String,
    pub(crate) en: Option<String>,
}

impl From<TextInput> for text::Text {
    fn from(input: TextInput) -> Self {
        text::Text { fa: input.fa, en: input.en }
    }
}

/// Several texts, as the domain keeps them.
pub(crate) fn texts(texts: &[text::Text]) -> Vec<Text> {
    texts.iter().map(Text::from).collect()
}

/// Several texts, as they were asked for.
pub(crate) fn read_texts(inputs: Option<Vec<TextInput>>) -> Vec<text::Text> {
    inputs.unwrap_or_default().into_iter().map(Into::into).collect()
}
