//! The people of the demonstration: invented names, one or more for every office.

use tahavol_domain::commission::event::Role;
use tahavol_domain::values::{ActorId, CommissionSlug, Office, Person, ProvinceCode};

use crate::import::provinces;

const FIRST: [&str; 16] =
    ["مهدی", "زهرا", "علی", "فاطمه", "رضا", "مریم", "حسین", "نرگس", "امیر", "لیلا", "سعید", "سارا", "محسن", "الهام", "حمید", "شیرین"];
const FAMILY: [&str; 19] = [
    "کاویانی",
    "رستگار",
    "شریفی",
    "نیک‌پور",
    "آذرنیا",
    "بهرامی",
    "صبوری",
    "دادگر",
    "فرهمند",
    "مهرجو",
    "پارسا",
    "روشن‌دل",
    "توانا",
    "یگانه",
    "سپهری",
    "راستین",
    "هنرور",
    "گلستانی",
    "امیدوار",
];
const COMMISSIONS: [&str; 7] = ["human-resources", "training", "research", "integrity", "technology", "support", "equipment"];

/// Everybody who acts.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    pub(super) administrator: Person,
    /// The first council official, who appoints the rest.
    pub(super) council: Person,
    /// The second council official, who decides what the first one did not.
    pub(super) deputy: Person,
    pub(super) inspectors: [Person; 2],
    pub(super) auditor: Person,
    pub(super) commissions: Vec<Commission>,
    pub(super) reporters: Vec<(ProvinceCode, Person)>,
    /// Who takes the place of a released member of the training commission.
    pub(super) successor: Person,
}

#[derive(Debug, Clone)]
pub(super) struct Commission {
    pub(super) slug: CommissionSlug,
    pub(super) chair: Person,
    pub(super) secretary: Person,
    pub(super) member: Person,
}

impl Cast {
    pub(super) fn new() -> Cast {
        let mut names = Names(0);
        Cast {
            administrator: names.person("administrator"),
            council: names.person("council"),
            deputy: names.person("council.deputy"),
            inspectors: [names.person("inspector"), names.person("inspector.second")],
            auditor: names.person("auditor"),
            commissions: COMMISSIONS
                .iter()
                .map(|slug| Commission {
                    slug: CommissionSlug((*slug).to_owned()),
                    chair: names.person(&format!("chair.{slug}")),
                    secretary: names.person(&format!("secretary.{slug}")),
                    member: names.person(&format!("member.{slug}")),
                })
                .collect(),
            reporters: provinces()
                .into_iter()
                .map(|province| {
                    let person = names.person(&format!("reporter.{}", province.code.0));
                    (province.code, person)
                })
                .collect(),
            successor: names.person("member.training.second"),
        }
    }

    pub(super) fn commission(&self, slug: &CommissionSlug) -> &Commission {
        self.commissions.iter().find(|commission| commission.slug == *slug).unwrap_or(&self.commissions[0])
    }

    pub(super) fn reporter(&self, province: &ProvinceCode) -> &Person {
        self.reporters.iter().find(|(code, _)| code == province).map_or(&self.administrator, |(_, person)| person)
    }

    pub(super) fn people(&self) -> Vec<(Person, Office)> {
        let mut people = vec![
            (self.council.clone(), Office::Council),
            (self.deputy.clone(), Office::Council),
            (self.inspectors[0].clone(), Office::Inspector),
            (self.inspectors[1].clone(), Office::Inspector),
            (self.auditor.clone(), Office::Auditor),
            (self.administrator.clone(), Office::Administrator),
        ];
        for commission in &self.commissions {
            for (role, person) in commission.roles() {
                people.push((person.clone(), office(role, &commission.slug)));
            }
        }
        people.extend(self.reporters.iter().map(|(code, person)| (person.clone(), Office::Reporter(code.clone()))));
        people
    }
}

impl Commission {
    pub(super) fn roles(&self) -> [(Role, &Person); 3] {
        [(Role::Chair, &self.chair), (Role::Secretary, &self.secretary), (Role::Member, &self.member)]
    }
}

fn office(role: Role, slug: &CommissionSlug) -> Office {
    match role {
        Role::Chair => Office::Chair(slug.clone()),
        Role::Secretary => Office::Secretary(slug.clone()),
        Role::Member => Office::Member(slug.clone()),
    }
}

/// Hands out names; 16 and 19 have no common divisor, so the first 304 differ.
struct Names(usize);

impl Names {
    fn person(&mut self, id: &str) -> Person {
        let name = format!("{} {}", FIRST[self.0 % FIRST.len()], FAMILY[self.0 % FAMILY.len()]);
        self.0 += 1;
        Person { id: ActorId(id.to_owned()), name }
    }
}
