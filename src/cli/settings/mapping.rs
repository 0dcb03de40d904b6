//! How cases become tests: the options of the mapping.

use std::path::Path;
use std::sync::Arc;

use super::resolver::{ConfigError, Resolver};
use super::tracked;
use crate::cli::args::MappingArgs;
use test_reports::options::{DEFAULT_ID_PROPERTY, IdentityOptions, Split};
use test_reports::text;

pub(super) fn identity(from: &mut Resolver<'_>, args: &MappingArgs) -> IdentityOptions {
    let namespace = from.text("namespace", args.namespace.as_ref(), "TQ_NAMESPACE");
    let namespace = cleaned_namespace(from, &namespace.unwrap_or_default());
    let folder = from.text("folder", args.folder.as_ref(), "TQ_FOLDER").unwrap_or_default();
    let id_property = from.option("id-property", args.id_property.clone());
    let id_property = property_name(from, id_property.as_deref().unwrap_or(DEFAULT_ID_PROPERTY));
    let mut roots: Vec<String> = from.option("root", None).unwrap_or_default();
    roots.extend(args.root.iter().cloned());
    let roots = repository_roots(from, &roots);
    IdentityOptions {
        namespace,
        folder: folder_path(&folder),
        group_by: from.option("group-by", args.group_by).map(Into::into).unwrap_or_default(),
        split: split(from, args),
        merge_parameters: from.switch("merge-parameters", args.merge_parameters),
        by_configuration: from.switch("by-configuration", args.by_configuration),
        reruns: from.switch("reruns", args.reruns),
        id_property,
        root: text::RepositoryRoot::new(&from.working_tree),
        tracked: tracked::files(&from.environment.directory).map(Arc::new),
        roots,
    }
}

/// The namespace as it enters identities.
pub(super) fn cleaned_namespace(from: &mut Resolver<'_>, written: &str) -> String {
    let namespace = text::clean(written);
    if namespace.is_empty() && !written.is_empty() {
        from.error(ConfigError::new("the namespace has no printable characters"));
    }
    namespace
}

/// The folders of a path such as `Automated/Web`.
pub(in crate::cli) fn folder_path(written: &str) -> Vec<String> {
    let names = written.split('/').map(text::clean).filter(|name| !name.is_empty());
    names.map(|name| text::fit_name(&name).into_owned()).collect()
}

/// The name of the property that pins tests.
pub(super) fn property_name(from: &mut Resolver<'_>, written: &str) -> String {
    if written.trim().is_empty() {
        from.error(ConfigError::new("id-property is empty"));
    }
    written.trim().to_owned()
}

/// Directories that absolute paths in reports are cut at.
pub(super) fn repository_roots(
    from: &mut Resolver<'_>,
    written: &[String],
) -> Vec<text::RepositoryRoot> {
    for root in written.iter().filter(|root| !text::RepositoryRoot::is_absolute(root)) {
        from.error(
            ConfigError::new(format!("root is not an absolute path: {root:?}"))
                .hint("name the directory as the reports do, for example /app"),
        );
    }
    written.iter().map(|root| text::RepositoryRoot::new(Path::new(root))).collect()
}

fn split(from: &mut Resolver<'_>, args: &MappingArgs) -> Split {
    let error = match (args.split.as_deref(), args.no_split) {
        (Some(_), true) => Some(ConfigError::new("--split cannot be combined with --no-split")),
        (Some(""), false) => {
            Some(ConfigError::new("--split is empty").hint("--no-split never splits"))
        }
        _ => None,
    };
    from.errors.extend(error);
    let never = args.no_split.then_some(Split::Never);
    let given = args.split.clone().map(Split::At).or(never);
    from.option("split", given).unwrap_or_default()
}
