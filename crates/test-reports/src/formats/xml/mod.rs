//! XML as test runners write it, well-formed or not: bytes in, elements that open and close in order out.
//!
//! | module | takes | returns |
//! | --- | --- | --- |
//! | `window` | a stream of bytes | a view of it in one buffer, with lines and columns |
//! | `tokenizer` | the window | tags, texts, CDATA sections |
//! | `elements` | tokens | nested elements, recovered flaws, damage |
//! | `attributes` | a tag, a text | names and values, references resolved |
//! | `debris` | text around documents and between elements | whether it is noise, or remains of something lost |
//!
//! # Where quick-xml ends
//!
//! quick-xml finds the end of tags with quotes in them, of comments and of processing instructions, parses every
//! attribute that is not plain `name="value"` and the XML declaration, and knows the predefined entities. Its event
//! reader is not used, although it is fast: walking over all events and attributes of `benches/read.rs` takes half the
//! time that reading a report takes. It cannot do three things that reports need:
//!
//! - It collects a text before it returns it. Console output of hundreds of megabytes is skipped here where it lies.
//! - It knows offsets, but not lines and columns, which every flaw and every case has.
//! - It stops at the first error. Real reports contain control characters, bare `&` and `<`, bytes in other encodings,
//!   log lines around documents, and tags that were never closed; the cases behind them are read all the same.
//!
//! Two parts of quick-xml were tried and measured on the same report. With its attribute iterator for all attributes
//! (without checks), reading takes 1.10 times as long, because it steps byte by byte where two searches are enough.
//! Its function for character references refuses U+0000 and surrogates, which real reports contain.

pub(super) mod attributes;
pub(super) mod debris;
pub(super) mod elements;
mod tokenizer;
pub(super) mod window;
