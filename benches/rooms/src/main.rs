mod acts; mod counting; mod library; mod room; mod rounds;
fn main(){ println!("{}", counting::bytes_of_a_person(true)); let mut r=rounds::Rooms::new(); for _ in 0..2 {for t in r.round(){println!("{} {t}", t.act);}}}
