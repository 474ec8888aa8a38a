//! The committed schema file is the schema.

#[test]
fn the_schema_file_is_the_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/tahavol.graphql");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == tahavol_graphql::sdl(), "schema/tahavol.graphql is not what the code says: run `cargo xtask generate`");
}
