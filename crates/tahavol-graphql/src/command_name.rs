//! Commands by name, as values of an enum that is made from the domain's own list: each is called as its mutation is.

use std::borrow::Cow;
use std::sync::LazyLock;

use async_graphql::parser::types::Field;
use async_graphql::registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry};
use async_graphql::resolver_utils::{EnumItem, EnumType, enum_value, parse_enum};
use async_graphql::{ContextSelectionSet, InputType, InputValueResult, OutputType, Positioned, ServerResult, Value};
use tahavol_domain::Kind;

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CommandName(pub(crate) Kind);

const NAME: &str = "CommandName";
const DESCRIPTION: &str = "A command: the name of the mutation that carries it.";

static ITEMS: LazyLock<Vec<EnumItem<CommandName>>> =
    LazyLock::new(|| Kind::ALL.into_iter().map(|kind| EnumItem { name: kind.name(), value: CommandName(kind) }).collect());

impl EnumType for CommandName {
    fn items() -> &'static [EnumItem<Self>] {
        &ITEMS
    }
}

fn register(registry: &mut Registry) -> String {
    registry.create_input_type::<CommandName, _>(MetaTypeId::Enum, |_| MetaType::Enum {
        name: NAME.to_owned(),
        description: Some(DESCRIPTION.to_owned()),
        enum_values: Kind::ALL.into_iter().map(|kind| (kind.name().to_owned(), value(kind))).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<CommandName>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    })
}

fn value(kind: Kind) -> MetaEnumValue {
    MetaEnumValue {
        name: kind.name().to_owned(),
        description: None,
        deprecation: Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    }
}

impl InputType for CommandName {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        register(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        parse_enum(value.unwrap_or_default())
    }

    fn to_value(&self) -> Value {
        enum_value(*self)
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl OutputType for CommandName {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        register(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(enum_value(*self))
    }
}
