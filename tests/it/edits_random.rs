//! Thousands of random edits over playbooks as people write them: each means exactly what was asked for, and keeps every
//! comment and every line that it does not touch. `OPENBELL_EDITS` says how many; see `just edits`.

use openbell::document::{Shape, Tree, TreeNode};
use openbell::edit::{Change, EditError, changed};
use serde_json::{Value, json};

use crate::support::command::project;
use crate::support::dice::Dice;

/// Comments everywhere, every style, anchors, merges, odd indentation.
const STYLES: &str = r#"--- # a document
# head — ünï
version: 1 # one
name:   'stack'   # odd spaces
description: >- # folded
  one # no comment
  two

  three
connection:
      address: "127.0.0.1:4002" # deep
      client_id:
      - 100 # same column
      # between
      - 101

      - 102   # last
      timeout: &long 60s
within: *long
client_ids: {
  bot: 100, # a
  "odd.key": 105, 'and # this': 106,
  # own line
  monitor: 110 # no comma
}
containers:
  base: &base
    image: base # anchored
    env: { A: "1", B: 'zwei', C: }
  bot:
    <<: *base
    command: [ "run" , 'x', # why
      plain ]
    env:
      TEXT: |  # lines
        eins # no comment
        zwei
      EMPTY:
      QUOTED: "a: \"b\" # no" # yes
      日本: 円 # ja
    volumes:
      - ./a:/a # bind
      -   b:/b
  # trailing of containers

steps: # the steps
- id: one
  do: { engine: {} }
- # its own
  id: two
  # before do
  do:
    log: { container: bot, contains: "x # y" }
- { id: three, do: { account: {} } } # flow
# the end
"#;

fn corpus() -> Vec<(String, String)> {
    let mut corpus = vec![("styles".to_owned(), STYLES.to_owned())];
    for name in ["paper", "rehearsal"] {
        let text = std::fs::read_to_string(project().join(format!("playbooks/{name}.yaml"))).unwrap();
        corpus.push((name.to_owned(), text));
    }
    let more: Vec<_> = corpus
        .iter()
        .flat_map(|(name, text)| {
            [
                (format!("{name}, CRLF"), text.replace('\n', "\r\n")),
                (format!("{name}, no last line end"), text.trim_end().to_owned()),
            ]
        })
        .collect();
    corpus.extend(more);
    corpus
}

fn meaning(text: &str) -> Value {
    let mut value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
    value.apply_merge().unwrap();
    serde_json::to_value(value).unwrap()
}

/// JSON pointers to everything in a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut below = |key: &str, value: &Value| {
        let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(at.clone());
        pointers(value, &at, found);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| below(key, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, value)| below(&i.to_string(), value)),
        _ => {}
    }
}

fn values() -> Vec<Value> {
    let texts = [
        "90s",
        "true",
        "yes",
        "007",
        "1.5",
        "",
        " x",
        "a: b",
        "a #b",
        "#x",
        "- y",
        "ünï 日本",
        "it's",
        "\"",
        "two\nlines",
        "{",
        "a,b",
        "~",
        "null",
        "127.0.0.1:4002",
        "${X:-y}",
        "a\\b",
        "\u{85}",
        "=",
        "@",
        "x:",
        "12:30",
        "\t",
    ];
    let mut values: Vec<Value> = texts.iter().map(|text| json!(text)).collect();
    values.extend([
        json!(7),
        json!(-3),
        json!(true),
        json!(false),
        json!([100, 101]),
        json!(["a", "b: c"]),
        json!({ "k": "v" }),
        json!({ "a": [1, { "b": "c" }], "d e": "f" }),
        json!([]),
        json!({}),
    ]);
    values
}

/// A comment and whether it stands in what is taken away.
fn comments(tree: &Tree, text: &str) -> Vec<(std::ops::Range<usize>, String)> {
    tree.comments.iter().map(|place| (place.clone(), text[place.clone()].to_owned())).collect()
}

struct Counts {
    made: usize,
    refused: usize,
    sets: usize,
    unsets: usize,
}

/// An edit, and what the text must mean after it.
fn random(dice: &mut Dice, before: &Value, values: &[Value]) -> (Change, Value, bool) {
    let mut all = Vec::new();
    pointers(before, "", &mut all);
    let path = dice.pick(&all).clone();
    let mut wanted = before.clone();
    let (above, last) = path.rsplit_once('/').unwrap();
    let last = last.replace("~1", "/").replace("~0", "~");
    if dice.throw(4) == 0 {
        match wanted.pointer_mut(above).unwrap() {
            Value::Object(map) => drop(map.shift_remove(&last)),
            Value::Array(items) => drop(items.remove(last.parse().unwrap())),
            _ => unreachable!(),
        }
        return (Change::Unset { path }, wanted, false);
    }
    let value = dice.pick(values).clone();
    let text = value.to_string().replace('\u{85}', "\\u0085");
    let mut path = path;
    match (dice.throw(3), wanted.pointer_mut(&path).unwrap()) {
        (0, Value::Array(items)) => {
            items.push(value);
            path.push_str("/-");
        }
        (0, Value::Object(map)) => {
            let key = *dice.pick(&["zz", "new key", "with.dot", "schlüssel", "true", "9"]);
            map.insert(key.to_owned(), value);
            path = format!("{path}/{key}");
        }
        (_, place) => *place = value,
    }
    (Change::Set { path, value: text }, wanted, true)
}

/// The bytes of a text that an edit may touch, from the text alone: those of the value, of the whole entry when it goes,
/// of the end of a collection that something is added to.
fn touched(text: &str, change: &Change) -> std::ops::Range<usize> {
    let tree = Tree::of(text).unwrap();
    let (Change::Set { path, .. } | Change::Unset { path }) = change;
    let mut node = &tree.root;
    let mut around: &TreeNode = node;
    let mut start = node.span.start;
    for part in path.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")) {
        around = node;
        let next = match &node.shape {
            Shape::Map(..) => node.entry(&part).map(|(key, value)| (key.span.start, value)),
            Shape::List(..) => {
                part.parse().ok().and_then(|index| node.item(index)).map(|item| (item.span.start, item))
            }
            _ => None,
        };
        let Some((begin, inner)) = next else {
            // Something new comes to the end of what is there.
            let last = match &node.shape {
                Shape::Map(_, entries) => entries.last().map(|(key, _)| key.span.start),
                Shape::List(_, items) => items.last().map(|item| item.span.start),
                _ => None,
            };
            return last.unwrap_or(start)..node.span.end;
        };
        (start, node) = (begin, inner);
    }
    let members = match &around.shape {
        Shape::Map(_, entries) => entries.len(),
        Shape::List(_, items) => items.len(),
        _ => 0,
    };
    // What becomes empty is written anew behind its key, which may stand in a line above.
    let alone = matches!(change, Change::Unset { .. }) && members == 1;
    if alone { around.span.start.min(start)..around.span.end } else { start..node.span.end.max(start) }
}

fn node_at<'a>(tree: &'a Tree, path: &str) -> Option<&'a TreeNode> {
    path.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).try_fold(
        &tree.root,
        |node, part| match &node.shape {
            Shape::Map(..) => node.entry(&part).map(|(_, value)| value),
            _ => part.parse().ok().and_then(|index| node.item(index)),
        },
    )
}

/// The lines of a text without their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split('\n').map(|line| line.trim_end_matches('\r')).collect()
}

#[test]
#[expect(clippy::print_stderr, reason = "how often each came is worth a line")]
fn random_edits_mean_what_was_asked_for_and_keep_the_rest() {
    let wanted = std::env::var("OPENBELL_EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let (corpus, values) = (corpus(), values());
    // Any value may stand anywhere: what a playbook may say is not the question here.
    let any = json!({ "$ref": "#/definitions/any" });
    let types = json!(["null", "boolean", "number", "integer", "string", "array", "object"]);
    let anything = json!({
        "$ref": "#/definitions/any",
        "definitions": { "any": { "type": types, "additionalProperties": any, "items": any } },
    });
    let mut dice = Dice(20);
    let mut counts = Counts { made: 0, refused: 0, sets: 0, unsets: 0 };
    while counts.made < wanted {
        let (name, start) = dice.pick(&corpus);
        let mut text = start.clone();
        // Edits upon edits: what they leave behind has to be editable too.
        for _ in 0..5 {
            let before = meaning(&text);
            let (change, meant, sets) = random(&mut dice, &before, &values);
            let after = match changed(&text, &anything, std::slice::from_ref(&change)) {
                Ok(after) => after,
                Err(EditError::Shared { .. } | EditError::ByHand { .. }) => {
                    counts.refused += 1;
                    continue;
                }
                Err(error) => panic!("{name}: {change:?}: {error:?}\n{text}"),
            };
            assert_eq!(meaning(&after), meant, "{name}: {change:?}\n{text}\n→\n{after}");
            kept(name, &change, &text, &after);
            assert_eq!(text.contains("\r\n"), after.contains("\r\n"));
            counts.made += 1;
            *(if sets { &mut counts.sets } else { &mut counts.unsets }) += 1;
            text = after;
        }
    }
    eprintln!(
        "{} edits: {} set, {} unset; {} more were refused",
        counts.made, counts.sets, counts.unsets, counts.refused
    );
    assert!(
        counts.refused * 4 < counts.made,
        "{} of {} refused",
        counts.refused,
        counts.made + counts.refused
    );
}

/// Every line outside of those that the touched bytes stand in is the same; so is every comment outside of these bytes
/// and not behind an entry that was taken away.
fn kept(name: &str, change: &Change, before: &str, after: &str) {
    let told = || format!("{name}: {change:?}\n{before}\n→\n{after}");
    let span = touched(before, change);
    let (was, is) = (lines(before), lines(after));
    let line = |at: usize| before[..at].matches('\n').count();
    let (mut first, mut last) = (line(span.start), line(span.end));
    // The key of what is emptied, and the comma before what comes next or goes, may stand in the lines around.
    let tree = Tree::of(before).unwrap();
    let blank = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('#');
    first -= was[..first].iter().rev().take_while(|line| blank(line)).count();
    first = first.saturating_sub(1);
    let starts_a_line = before[..span.start].rsplit('\n').next().is_none_or(|head| head.trim().is_empty());
    if matches!(change, Change::Unset { .. }) && !starts_a_line {
        last += 1 + was.iter().skip(last + 1).take_while(|line| blank(line)).count();
    }
    last = last.min(was.len() - 1);
    let rest = was.len() - last - 1;
    assert!(is.len() >= first + rest, "too few lines\n{}", told());
    assert_eq!(was[..first], is[..first], "{}", told());
    let (below, above) = (&was[last + 1..], &is[is.len() - rest..]);
    let added_after_the_end = below.iter().all(|line| line.is_empty());
    assert!(below == above || added_after_the_end, "{}", told());
    // What comes next in the line of a dash or a bracket moves up to where the entry stood.
    let behind = before[span.end..].find('\n').map_or(before.len(), |end| span.end + end);
    // A comment behind the last line of a block that goes speaks of what goes.
    let (Change::Set { path, .. } | Change::Unset { path }) = change;
    let unset = matches!(change, Change::Unset { .. });
    let block = node_at(&tree, path).is_some_and(TreeNode::is_block);
    let end = if unset || block { behind } else { span.end };
    let goes = |place: &std::ops::Range<usize>| span.start <= place.start && place.start < end;
    let is: Vec<_> = comments(&Tree::of(after).unwrap(), after).into_iter().map(|(_, text)| text).collect();
    let was = comments(&tree, before);
    let must: Vec<&String> = was.iter().filter(|(place, _)| !goes(place)).map(|(_, text)| text).collect();
    let mut left = is.iter();
    assert!(must.iter().all(|comment| left.any(|one| one == *comment)), "a comment is lost\n{}", told());
    let mut left = was.iter();
    assert!(is.iter().all(|comment| left.any(|(_, one)| one == comment)), "a comment appeared\n{}", told());
}
