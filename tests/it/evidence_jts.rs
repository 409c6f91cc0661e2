//! `jts.ini`, read and changed.

use openbell::evidence::jts::{JtsIni, trusts, with_trusted_ips};
use proptest::prelude::*;

const INI: &str = "; the gateway's\r\n[IBGateway]\r\nWriteDebug=false\r\nTrustedIPs=127.0.0.1\r\nApiOnly=true\r\nLocalServerPort=4002\r\n\r\n[Logon]\r\nLocale=en\r\nTrustedIPs=9.9.9.9\r\n";

fn ips(list: &[&str]) -> Vec<String> {
    list.iter().map(|ip| (*ip).to_owned()).collect()
}

#[test]
fn the_facts_of_the_gateways_section_are_read() {
    let facts = JtsIni::read(INI);
    assert_eq!(facts.trusted_ips, Some(ips(&["127.0.0.1"])));
    assert_eq!((facts.local_server_port, facts.api_only), (Some(4002), Some(true)));
    let empty = JtsIni::read("[IBGateway]\nTrustedIPs=\nLocalServerPort=many\n");
    assert_eq!((empty.trusted_ips, empty.local_server_port), (Some(Vec::new()), None));
    assert_eq!(JtsIni::read("[Logon]\nTrustedIPs=127.0.0.1\n"), JtsIni::default());
}

#[test]
fn an_address_is_trusted_when_it_is_in_the_list() {
    let list = ips(&["127.0.0.1", "172.18.0.1"]);
    assert!(trusts(&list, "172.18.0.1".parse().unwrap()));
    assert!(!trusts(&list, "172.18.0.2".parse().unwrap()));
    assert!(!trusts(&[], "127.0.0.1".parse().unwrap()));
}

#[test]
fn other_addresses_leave_the_rest_as_it_is() {
    let changed = with_trusted_ips(INI, &ips(&["127.0.0.1", "172.18.0.1"]));
    let expected = INI.replace("TrustedIPs=127.0.0.1\r\n", "TrustedIPs=127.0.0.1,172.18.0.1\r\n");
    assert_eq!(changed, expected);
}

#[test]
fn a_missing_key_or_section_is_added() {
    let list = ips(&["127.0.0.1"]);
    assert_eq!(
        with_trusted_ips("[IBGateway]\nApiOnly=true\n", &list),
        "[IBGateway]\nTrustedIPs=127.0.0.1\nApiOnly=true\n"
    );
    assert_eq!(with_trusted_ips("[IBGateway]", &list), "[IBGateway]\nTrustedIPs=127.0.0.1");
    assert_eq!(
        with_trusted_ips("[Logon]\r\nLocale=en", &list),
        "[Logon]\r\nLocale=en\r\n[IBGateway]\r\nTrustedIPs=127.0.0.1\r\n"
    );
    assert_eq!(with_trusted_ips("", &list), "[IBGateway]\nTrustedIPs=127.0.0.1\n");
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(text in r"(\[IBGateway\]\r?\n)?([A-Za-z\[\]=;. ]{0,12}\r?\n){0,6}(TrustedIPs=1\.2\.3\.4)?") {
        let list = ips(&["127.0.0.1", "10.0.0.1"]);
        let once = with_trusted_ips(&text, &list);
        prop_assert_eq!(JtsIni::read(&once).trusted_ips, Some(list.clone()));
        prop_assert_eq!(with_trusted_ips(&once, &list), once);
    }
}
