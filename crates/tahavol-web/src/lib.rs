//! The pages: what is shown to whom, as HTML. They hold no rule; whoever serves them has asked before.
