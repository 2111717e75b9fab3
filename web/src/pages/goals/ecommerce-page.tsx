import { EmptyState } from '../../components/states';
import { useQueryState } from '../../frame/query-state';
import { useSiteView } from '../../frame/site-view';
import { TopLine } from '../../frame/top-line';
import { metrics, type Metric } from '../../lib/metrics';
import { numberOf } from '../../lib/numbers';
import { Tabs } from '../../components/tabs';
import { ReportCard } from '../home/report-card';
import { ConversionFigures } from './conversion-figures';
import { useConversions } from './use-goals';
import styles from './goals-page.module.css';

const orders: Metric = { ...metrics.conversions, label: 'Orders', title: 'Orders placed' };
const carts: Metric = { ...metrics.conversions, label: 'Carts left', title: 'Carts that were not ordered', good: 'down' };
const left: Metric = { ...metrics.revenue, label: 'Left in carts', title: 'Prices of what was not ordered', good: 'down' };

const kinds = [
  { id: 'ecommerceOrder', text: 'Orders', figures: [orders, metrics.revenue, metrics.orderValue, metrics.conversionRate] },
  { id: 'ecommerceAbandonedCart', text: 'Carts left', figures: [carts, left, metrics.items, metrics.conversionRate] },
] as const;

/** What a shop sold, and what was left in carts. */
export default function EcommercePage() {
  const { scope } = useSiteView();
  const [chosen, choose] = useQueryState('kind', kinds[0].id);
  const kind = kinds.find((one) => one.id === chosen) ?? kinds[0];
  const sold = useConversions(scope, { idGoal: 'ecommerceOrder' });
  const abandoned = useConversions(scope, { idGoal: 'ecommerceAbandonedCart' });
  const none = [sold, abandoned].every((one) => one.isSuccess && !one.isPlaceholderData && (numberOf(one.data.nb_conversions) ?? 0) === 0);
  return (
    <>
      <TopLine title="Ecommerce" />
      {none ? (
        <EmptyState framed title="No orders and no carts in this period">
          Choose a longer period. If the shop is new here: tell the tracking script of carts and orders with <code>trackEcommerceCartUpdate</code> and <code>trackEcommerceOrder</code>.
        </EmptyState>
      ) : (
        <>
          <Tabs label="Orders or carts" tabs={kinds} value={kind.id} onChange={choose}>
            <div className={styles.panel}>
              <ConversionFigures key={kind.id} label={`Key figures of ${kind.text.toLowerCase()}`} metrics={kind.figures} about={{ idGoal: kind.id }} />
            </div>
          </Tabs>
          <div className={styles.cards}>
            <ReportCard
              id="products"
              title="Sold"
              reports={[{ id: 'products', text: 'Products' }, { id: 'product-numbers', text: 'Article numbers' }, { id: 'product-categories', text: 'Categories' }]}
            />
            <ReportCard
              id="left"
              title="Left in carts"
              reports={[{ id: 'left-products', text: 'Products' }, { id: 'left-numbers', text: 'Article numbers' }, { id: 'left-categories', text: 'Categories' }]}
            />
          </div>
        </>
      )}
    </>
  );
}
