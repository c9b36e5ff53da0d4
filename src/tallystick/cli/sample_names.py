"""The names in the demo's sample data; all invented."""

#: Role, name, and the address to sign in with.
PEOPLE = [
    ("owner", "Olivia Grant", "olivia@harbour-supplies.example"),
    ("integration_manager", "Imran Malik", "imran@harbour-supplies.example"),
    ("bookkeeper", "Beth Carver", "beth@harbour-supplies.example"),
    ("viewer", "Victor Lane", "victor@harbour-supplies.example"),
]

#: Code, name, rate in percent.
TAX_CODES = [
    ("VAT20", "Standard rate VAT", "20"),
    ("VAT5", "Reduced rate VAT", "5"),
    ("VAT0", "Zero rate VAT", "0"),
    ("EXEMPT", "Exempt from VAT", "0"),
]

#: Code, name, price, tax code. One has none on purpose: its invoices cannot be sent until
#: somebody chooses a tax code for such lines, which is what the demo shows.
ITEMS = [
    ("ROPE-12", "Mooring rope 12 mm, 20 m", "48.50", "VAT20"),
    ("FENDER-M", "Inflatable fender, medium", "23.75", "VAT20"),
    ("ANCHOR-10", "Plough anchor 10 kg", "129.00", "VAT20"),
    ("PAINT-AF", "Antifouling paint 2.5 l, navy", "84.90", "VAT20"),
    ("LAMP-LED", "LED navigation lamp", "39.95", "VAT20"),
    ("PUMP-12V", "Bilge pump 12 V", "57.20", "VAT20"),
    ("CHART-SW", "Harbour chart, south-west", "18.40", "VAT0"),
    ("ALMANAC", "Nautical almanac", "46.00", "VAT0"),
    ("JACKET-J", "Child's life jacket", "42.00", "VAT0"),
    ("GAS-4.5", "Domestic gas refill 4.5 kg", "31.60", "VAT5"),
    ("BERTH-INS", "Berth insurance, one month", "65.00", "EXEMPT"),
    ("RIG-LABOUR", "Rigging work, one hour", "52.00", ""),
]

#: Name, street, town, postcode.
CUSTOMERS = [
    ("Anchor & Hope Inn", "2 Quay Street", "Penryn Cove", "TR99 1AA"),
    ("Bayside Sailing Club", "The Slipway", "Brixcombe", "TQ99 4BD"),
    ("Bluewater Charters", "14 Marina Walk", "Falhaven", "TR99 2QE"),
    ("Boatyard Brothers", "Unit 3, Old Docks", "Plymstow", "PL99 8RT"),
    ("Breakwater Café", "Harbour Wall", "Salport", "TQ99 7HU"),
    ("Captain's Table", "9 Fore Street", "Looebridge", "PL99 2LP"),
    ("Channel Ferries", "Terminal Road", "Weyhaven", "DT99 3ZK"),
    ("Coastal Rowing Trust", "Boathouse Lane", "Appledean", "EX99 5NB"),
    ("Cormorant Cruises", "5 Steamer Quay", "Dartwell", "TQ99 6MM"),
    ("Crabpot & Sons", "21 Fish Strand", "Newlynn Bay", "TR99 8WD"),
    ("Dolphin Watch Tours", "West Pier", "Padstoke", "PL99 5TG"),
    ("Driftwood Gallery", "7 Chapel Row", "St Maven", "TR99 3YC"),
    ("Eddystone Diving", "Barbican Steps", "Plymstow", "PL99 1HX"),
    ("Estuary Oysters", "Creekside", "Helfordmouth", "TR99 6GJ"),
    ("Fairlead Marine Surveys", "31 Castle Road", "Falhaven", "TR99 4VS"),
    ("Gannet Fishing Company", "Ice House Quay", "Brixcombe", "TQ99 8DA"),
    ("Gull Rock Holidays", "Cliff Terrace", "Polzeath Head", "PL99 6AR"),
    ("Halyard Rigging School", "Unit 9, Sail Lofts", "Lymingham", "SO99 3KF"),
    ("Harbourmaster's Office", "Custom House", "Salport", "TQ99 8BW"),
    ("Island Post Boats", "North Jetty", "St Maven", "TR99 3PE"),
    ("Jolly Sailor Hotel", "1 The Parade", "Weyhaven", "DT99 8UJ"),
    ("Keel & Co. Shipwrights", "Shipwrights' Row", "Dartwell", "TQ99 9DR"),
    ("Kittiwake Kayaks", "Beach Road", "Budehaven", "EX99 8LE"),
    ("Lantern Street Deli", "18 Lantern Street", "Exmere", "EX99 1QP"),
    ("Lifeboat Supporters", "Lifeboat Station", "Appledean", "EX99 2LS"),
    ("Lobster Pot Restaurant", "3 Net Loft", "Looebridge", "PL99 1JU"),
    ("Mackerel Sky Yachting", "Pontoon C", "Lymingham", "SO99 8FG"),
    ("Marina View Apartments", "40 Marina Walk", "Falhaven", "TR99 2QE"),
    ("Northstar Navigation", "12 Observatory Hill", "Plymstow", "PL99 4AB"),
    ("Old Customs House Museum", "Custom House Quay", "Exmere", "EX99 4AN"),
    ("Pebble Beach Weddings", "Long Strand", "Budehaven", "EX99 7YT"),
    ("Pilot Gig Association", "Gig Shed", "Newlynn Bay", "TR99 5HS"),
    ("Ropewalk Studios", "The Ropewalk", "Penryn Cove", "TR99 8LN"),
    ("Saltmarsh Brewery", "6 Malt Lane", "Topsham Reach", "EX99 3HD"),
    ("Sea Scouts, 4th Salport", "Scout Hut", "Salport", "TQ99 8XX"),
    ("Seven Tides Surf School", "Beach Road", "Polzeath Head", "PL99 6SU"),
    ("Spinnaker Sails", "Unit 2, Sail Lofts", "Lymingham", "SO99 3KF"),
    ("Tern Island Trust", "Warden's Cottage", "St Maven", "TR99 9TI"),
    ("Undertow Wetsuits", "25 Fore Street", "Padstoke", "PL99 5AJ"),
    ("Windlass Engineering", "Unit 11, Old Docks", "Plymstow", "PL99 8RT"),
]
