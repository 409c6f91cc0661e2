//! Where in the text a value stands, also when it comes from another file, through an alias or by a merge key.

use std::collections::HashMap;
use std::ops::Range;

use super::index::Index;
use super::mask::Mask;
use super::reader;

/// The spans of everything in a value.
#[derive(Debug, Default)]
pub struct Places {
    /// The file that was named comes first.
    files: Vec<Index>,
    routes: Routes,
}

/// Which file a part of a joined value comes from.
#[derive(Debug, Default)]
pub struct Routes {
    /// Of lists that were put together: the first index of each piece, and its file.
    pub lists: HashMap<String, Vec<(usize, usize)>>,
    /// By the pointer of a section, or of a key in it.
    pub owners: HashMap<String, usize>,
}

impl Routes {
    fn of(&self, pointer: &str) -> (usize, Option<String>) {
        let mut parts = pointer.splitn(4, '/').skip(1);
        let (section, name, rest) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        if let (Some(pieces), Some(index)) =
            (self.lists.get(section), name.and_then(|name| name.parse::<usize>().ok()))
        {
            let before = pieces.partition_point(|(first, _)| *first <= index);
            if let Some((first, file)) = before.checked_sub(1).and_then(|at| pieces.get(at)) {
                let rest = rest.map(|rest| format!("/{rest}")).unwrap_or_default();
                return (*file, Some(format!("/{section}/{}{rest}", index - first)));
            }
        }
        let named = name.and_then(|name| self.owners.get(&format!("/{section}/{name}")));
        (named.or_else(|| self.owners.get(&format!("/{section}"))).copied().unwrap_or(0), None)
    }
}

impl From<Index> for Places {
    fn from(index: Index) -> Self {
        Self { files: vec![index], routes: Routes::default() }
    }
}

impl Places {
    /// The places of everything in a YAML text.
    ///
    /// # Errors
    /// What keeps it from being read, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        reader::read(text, &Mask::default()).map(|read| read.index.into()).map_err(|refused| refused.message)
    }

    /// The places of a value that was put together from several files.
    pub fn joined(files: Vec<Self>, routes: Routes) -> Self {
        Self { files: files.into_iter().flat_map(|places| places.files).collect(), routes }
    }

    fn at<T>(&self, pointer: &str, look: impl Fn(&Index, &str) -> T) -> Option<T> {
        if self.files.len() < 2 {
            return self.files.first().map(|index| look(index, pointer));
        }
        let (file, own) = self.routes.of(pointer);
        self.files.get(file).map(|index| look(index, own.as_deref().unwrap_or(pointer)))
    }

    /// The span to point at: the scalar itself, or the key of a collection, where it is written; of the nearest parent
    /// when the pointer leads nowhere.
    pub fn find(&self, pointer: &str) -> Range<usize> {
        self.at(pointer, Index::find).unwrap_or_default()
    }

    /// The span of a key, when the key itself is the problem.
    pub fn key(&self, pointer: &str) -> Range<usize> {
        self.at(pointer, Index::key).unwrap_or_default()
    }

    /// The alias through which the value came there, when it is written somewhere else.
    pub fn alias(&self, pointer: &str) -> Option<Range<usize>> {
        self.at(pointer, Index::alias).flatten()
    }

    /// Where to point beside [`find`](Self::find), and what to say there.
    pub fn also(&self, pointer: &str) -> Vec<(Range<usize>, String)> {
        self.alias(pointer).map(|alias| (alias, "used here".to_owned())).into_iter().collect()
    }

    /// The span of the value at exactly that pointer: of a scalar or an alias the whole, of a collection its beginning.
    pub fn value_at(&self, pointer: &str) -> Option<Range<usize>> {
        self.at(pointer, Index::value_at).flatten()
    }

    /// The span of the scalar where it is written.
    pub fn written(&self, pointer: &str) -> Option<Range<usize>> {
        self.at(pointer, Index::written_at).flatten()
    }

    /// Where everything that belongs to a pointer ends, its key and all that is in it.
    fn end_of(&self, pointer: &str) -> usize {
        self.at(pointer, Index::end_of).unwrap_or_default()
    }

    /// All that belongs to a pointer, its key and what is in it.
    pub(super) fn extent(&self, pointer: &str) -> Range<usize> {
        let key = self.key(pointer);
        key.start..self.end_of(pointer).max(key.end)
    }
}

/// A key as a part of a JSON pointer (RFC 6901).
pub fn escaped(key: &str) -> String {
    if !key.contains(['~', '/']) {
        return key.to_owned();
    }
    key.replace('~', "~0").replace('/', "~1")
}
