//! Notifications: why nobody is told, and what is wrong with the section.

use crate::explain::{Area, Entry, Step};

pub(super) const AREA: Area = Area { title: "Notifications", about: ABOUT, entries: ENTRIES };

const ABOUT: &str = "Messages that do not arrive are kept in a file and sent again; nothing that is wrong with them fails a run \
    or holds supervision up. No code here shows an address: it is a secret.";

const TRY: Step = Step::run("Try it at once.", "openbell notify test PLAYBOOK --channel CHANNEL");

const ENTRIES: &[Entry] = &[
    Entry {
        code: "notify::unreachable",
        meaning: "A channel does not answer, or not in time. Its messages are kept and sent again.",
        told_by: "No connection, a certificate that nobody vouches for, or no answer within 10 s; the cause says which. It is \
            told once until a message arrives again.",
        remedy: &[TRY, Step::say("See whether this machine is online, and whether a firewall lets it out.")],
        links: &[],
    },
    Entry {
        code: "notify::busy",
        meaning: "A channel takes no message now. It is kept and sent again.",
        told_by: "Status 408, 425, 429 or one of 500 and above. The next attempt is when the service says (`Retry-After`, \
            Discord's `retry_after`, at most 1 h), else after 5 s, doubled each time up to 10 min.",
        remedy: &[Step::say("Nothing, for a while. If it stays, look at the status page of the service.")],
        links: &["https://docs.discord.com/developers/topics/rate-limits"],
    },
    Entry {
        code: "notify::refused",
        meaning: "A channel refused a message, and would refuse it again. The message is lost.",
        told_by: "Any other status of 400 to 499: 401, 403 and 404 mean that the webhook is gone or its secret is wrong. The \
            beginning of the answer is the cause.",
        remedy: &[
            TRY,
            Step::say("Make a new webhook, and put its address into the file that the playbook names."),
        ],
        links: &[],
    },
    Entry {
        code: "notify::redirected",
        meaning: "A channel answers that it is somewhere else. That is not followed: the message, and the secret in its \
            header, would go to whoever is named there. The message is lost.",
        told_by: "A status of 300 to 399.",
        remedy: &[Step::say("Write the final address, often with https:// instead of http://.")],
        links: &[],
    },
    Entry {
        code: "notify::bad_address",
        meaning: "What is kept as the address of a channel, or as the secret of its header, is none.",
        told_by: "It does not begin with https:// or http://, has blanks in it, or, for ntfy, does not end in a topic.",
        remedy: &[Step::say("Put the whole address into the secret, on one line, and nothing else."), TRY],
        links: &[],
    },
    Entry {
        code: "notify::no_authorities",
        meaning: "A channel needs https, and there is nothing to hold its certificate against.",
        told_by: "The system has no file of authorities where OpenSSL would look for it, as in an image with nothing but \
            openbell in it. A certificate that cannot be checked is not believed.",
        remedy: &[
            Step::run("On Debian or Ubuntu.", "apt-get install ca-certificates"),
            Step::say(
                "In a container mount `/etc/ssl/certs:/etc/ssl/certs:ro`, or name a file in `SSL_CERT_FILE`.",
            ),
        ],
        links: &[],
    },
    Entry {
        code: "notify::given_up",
        meaning: "Messages were given up without having arrived.",
        told_by: "More than 100 waited for one channel, one waited for more than 48 h, or the playbook does not declare the \
            channel any more.",
        remedy: &[TRY],
        links: &[],
    },
    Entry {
        code: "notify::unreadable",
        meaning: "The file of kept messages cannot be read. It is put aside as `.broken`, and nothing in it is told.",
        told_by: "It is no JSON of a known version, or the system does not let it be read.",
        remedy: &[Step::say("Look whether the disk is full or failing. The file can be removed.")],
        links: &[],
    },
    Entry {
        code: "notify::not_kept",
        meaning: "Messages cannot be written to disk. They are sent all the same, but a restart of openbell forgets those that \
            have not arrived.",
        told_by: "The system's words are the cause.",
        remedy: &[Step::say("Make room, or let the user that runs openbell write to that directory.")],
        links: &[],
    },
    Entry {
        code: "notify::unexplained",
        meaning: "A run ended without being green and gave no reason. This is a bug in openbell.",
        told_by: "The end of the run has no diagnosis.",
        remedy: &[Step::say("Look at the report of the run, which says what each step saw.")],
        links: &[],
    },
    Entry {
        code: "notify::no_channel",
        meaning: "The playbook declares nowhere to send messages to.",
        told_by: "It has no `notify.channels`, or they are empty.",
        remedy: &[Step::say(
            "Add one: `notify: { channels: { desk: { kind: discord, url: { file: ../secrets/discord } } } }`.",
        )],
        links: &[],
    },
    Entry {
        code: "notify::unknown_channel",
        meaning: "The channel that was asked for is not declared.",
        told_by: "`--channel` names none of `notify.channels`.",
        remedy: &[Step::say("Use one of the names that are shown.")],
        links: &[],
    },
    Entry {
        code: "playbook::notify_zone",
        meaning: "The time zone of the notifications is not known.",
        told_by: "`notify.zone` is in neither the system's time zone database nor openbell's own.",
        remedy: &[Step::say("Use its name in the database, such as `Europe/Zurich` or `America/New_York`.")],
        links: &["https://en.wikipedia.org/wiki/List_of_tz_database_time_zones"],
    },
    Entry {
        code: "playbook::notify_time",
        meaning: "The time of a digest or a reminder is no time of day.",
        told_by: "It is not written `HH:MM`, from 00:00 to 23:59.",
        remedy: &[Step::say("Write it with two digits each, such as `08:00`.")],
        links: &[],
    },
    Entry {
        code: "playbook::notify_name",
        meaning: "A channel cannot have that name.",
        told_by: "It has other characters than letters, digits, `-` and `_`.",
        remedy: &[Step::say("Choose a short one, such as `desk` or `phone`.")],
        links: &[],
    },
    Entry {
        code: "playbook::notify_url",
        meaning: "The address of a channel or of the ping is none of the web.",
        told_by: "It stands in the playbook itself, and does not begin with https:// or http://, or has blanks in it.",
        remedy: &[Step::say("Write it whole, or by reference if it has a secret in it.")],
        links: &[],
    },
    Entry {
        code: "playbook::notify_option",
        meaning: "A channel has a key that its service has no use for, or a header that openbell writes itself.",
        told_by: "`mention` is of `discord` and `slack`, `token` of `ntfy` and `webhook`, `header`, which needs a `token`, of \
            `webhook`.",
        remedy: &[Step::say("Leave it out, or correct the `kind`.")],
        links: &[],
    },
    Entry {
        code: "playbook::notify_mention",
        meaning: "The one to be called by name is not written as the service wants it.",
        told_by: "Discord knows `<@1234>`, `<@&1234>`, `@here` and `@everyone`; Slack `<@U1234>`, `<!subteam^S1234>`, \
            `<!here>` and `<!channel>`.",
        remedy: &[Step::say("Copy the id: on Discord with developer mode on, on Slack from the profile.")],
        links: &[],
    },
    Entry {
        code: "playbook::notify_ping",
        meaning: "The dead man's switch would be asked for too often.",
        told_by: "`notify.ping.every` is shorter than 10 s.",
        remedy: &[Step::say("Write the period that the service was told, such as `60s` or `5m`.")],
        links: &["https://healthchecks.io/docs/configuring_checks/"],
    },
    Entry {
        code: "playbook::notify_code",
        meaning: "How soon a code is told again is declared for a code that does not exist.",
        told_by: "A key of `notify.debounce` is neither `default` nor a code of openbell's.",
        remedy: &[Step::run("Look it up.", "openbell explain --list")],
        links: &[],
    },
    Entry {
        code: "playbook::notify_twice",
        meaning: "Two channels have the same address, so every message would come twice.",
        told_by: "Their `url` is the same text or the same reference.",
        remedy: &[Step::say("Leave one of them out.")],
        links: &[],
    },
];
