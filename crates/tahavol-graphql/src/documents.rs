//! Queries that were parsed before: programs ask the same text again with other variables, and parsing is a good part of the work of a
//! small answer.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use async_graphql::parser::{self, parse_query};

use crate::parsed::Parsed;

/// Beyond so many, all are forgotten: the frequent ones are soon back.
const MOST_DOCUMENTS: usize = 256;
const LONGEST_DOCUMENT: usize = 8 << 10;

/// What texts say as queries.
#[derive(Default)]
pub struct Documents(RwLock<HashMap<String, Parsed>>);

impl Documents {
    /// The text must not nest too deeply ([`crate::too_deep`]).
    ///
    /// # Errors
    /// When it is no GraphQL.
    pub fn parse(&self, query: &str) -> Result<Parsed, parser::Error> {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(query) {
            return Ok(known.clone());
        }
        let document = Parsed::new(parse_query(query)?);
        if query.len() <= LONGEST_DOCUMENT {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MOST_DOCUMENTS {
                known.clear();
            }
            known.insert(query.to_owned(), document.clone());
        }
        Ok(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_parsed_once_until_too_many_others_came() {
        let documents = Documents::default();
        let parse = |query: &str| documents.parse(query).unwrap();
        let first = parse("{ meta { position } }");
        assert!(std::ptr::eq(first.document(), parse("{ meta { position } }").document()));
        for n in 0..MOST_DOCUMENTS {
            parse(&format!("{{ field{n} }}"));
        }
        assert!(!std::ptr::eq(first.document(), parse("{ meta { position } }").document()));
        assert!(documents.0.read().unwrap().len() <= MOST_DOCUMENTS);
    }

    #[test]
    fn long_texts_and_those_that_say_nothing_are_not_kept() {
        let documents = Documents::default();
        let long = format!("{{ meta {{ position }} }}{}", " ".repeat(LONGEST_DOCUMENT));
        assert!(documents.parse(&long).is_ok() && documents.parse("{").is_err());
        assert!(documents.0.read().unwrap().is_empty());
    }
}
